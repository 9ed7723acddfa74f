"""The house as agreed: who depends on whom, in code, in settings and in the database."""

import ast
import re
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tests.guards.repository import ROOT, own_files

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
STANDARD_LIBRARY = sys.stdlib_module_names
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


def layers() -> list[str]:
    contract = next(
        contract
        for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
        if contract["id"] == "storeys"
    )
    return [room for layer in contract["layers"] for room in re.split(r"\s*\|\s*", layer)]


def local_apps() -> set[str]:
    return {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}


def migration_graph() -> dict[str, set[str]]:
    """Return app -> the other apps whose migrations its migrations name."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    swappable = settings.AUTH_USER_MODEL.partition(".")[0]
    graph: dict[str, set[str]] = {}
    for (app, _), migration in loader.disk_migrations.items():
        named = {
            swappable if other == "__setting__" else other for other, _ in migration.dependencies
        }
        graph.setdefault(app, set()).update(named - {app})
    return graph


def test_installed_apps_with_dicomkit_and_noctisview_are_the_layers() -> None:
    assert local_apps() | {"dicomkit", "noctisview"} == set(layers())


def test_the_contracts_know_every_room() -> None:
    linter = PYPROJECT["tool"]["importlinter"]
    assert set(linter["root_packages"]) == set(layers())
    acyclic = next(contract for contract in linter["contracts"] if contract["id"] == "acyclic")
    assert set(acyclic["ancestors"]) == set(layers())
    assert set(PYPROJECT["tool"]["coverage"]["run"]["source"]) == set(layers())
    assert set(PYPROJECT["tool"]["mypy"]["files"]) == set(layers())


def test_every_room_is_in_the_package() -> None:
    included = PYPROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {pattern.rstrip("*") for pattern in included} == set(layers())


def test_migrations_of_worklist_depend_on_no_other_room() -> None:
    assert migration_graph()["worklist"].isdisjoint(set(layers()))


def test_migrations_go_one_way_only() -> None:
    TopologicalSorter(migration_graph()).prepare()  # raises CycleError


def test_migrations_of_a_room_depend_only_on_rooms_below() -> None:
    order = layers()
    for app, others in migration_graph().items():
        # Users and facilities are what every room may point at, by settings and by name.
        for other in others & set(order) - {"worklist"}:
            assert app in order, f"{app} is no room, yet its migrations need {other}"
            assert order.index(other) > order.index(app), f"{app} needs {other}, which is above"


def test_no_module_is_named_for_nothing() -> None:
    names = [path for path in own_files("*.py", "*.ts", "*.tsx") if path.stem in FORBIDDEN_NAMES]
    folders = [path for path in own_files() if FORBIDDEN_NAMES & set(path.relative_to(ROOT).parts)]
    assert names + folders == []


def test_what_runs_before_installation_imports_the_standard_library_alone() -> None:
    foreign: list[str] = []
    before = [ROOT / "noctisview" / "cli.py", *(ROOT / "noctisview" / "launcher").rglob("*.py")]
    assert len(before) > 10
    for path in before:
        for name in imported_modules(path):
            is_ours = name.startswith(("noctisview.launcher", "noctisview.cli"))
            if not is_ours and name.partition(".")[0] not in STANDARD_LIBRARY:
                foreign.append(f"{path.relative_to(ROOT)}: {name}")
    assert foreign == []


def imported_modules(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.append(node.module or "")
    return names
