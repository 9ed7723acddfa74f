"""When a start may skip the preparation of the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noctisview.launcher import database
from noctisview.launcher.installation import Installation

ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "noctisview.settings"}
KNOWN = {"password": None, "ae_title": "HERE"}


def run(installation: Installation, *statements: str) -> None:
    with closing(sqlite3.connect(installation.data_dir / "noctis.sqlite3")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A prepared installation."""
    root, data = tmp_path / "root", tmp_path / "data"
    (root / "archive" / "migrations").mkdir(parents=True)
    (root / "archive" / "migrations" / "0001_initial.py").write_text("one")
    (root / "noctisview").mkdir()
    data.mkdir()
    made = Installation(root, True, data)
    run(
        made,
        "CREATE TABLE django_migrations (app text, name text)",
        "INSERT INTO django_migrations VALUES ('archive', '0001_initial')",
        "CREATE TABLE worklist_customuser (id integer)",
        "INSERT INTO worklist_customuser VALUES (1)",
    )
    database.remember(made, ENVIRONMENT, "HERE")
    return made


def test_a_database_that_was_prepared_is_left_alone(installation: Installation) -> None:
    assert database.known_answer(installation, ENVIRONMENT) == KNOWN


def test_nothing_is_known_of_a_new_folder(tmp_path: Path) -> None:
    new = Installation(tmp_path, True, tmp_path)
    database.remember(new, ENVIRONMENT, "HERE")
    assert database.known_answer(new, ENVIRONMENT) is None


@pytest.mark.parametrize(
    "change",
    [
        {"NOCTIS_DATABASE_URL": "postgresql://db/noctis"},
        {"DJANGO_SETTINGS_MODULE": "noctisview.production_settings"},
        {"NOCTIS_AE_TITLE": "ELSEWHERE"},
    ],
)
def test_another_environment_is_prepared(
    installation: Installation, change: dict[str, str]
) -> None:
    assert database.known_answer(installation, ENVIRONMENT | change) is None


def test_new_code_is_prepared(installation: Installation) -> None:
    (installation.root / "archive" / "migrations" / "0002_more.py").write_text("two")
    assert database.known_answer(installation, ENVIRONMENT) is None


def test_a_migration_that_changed_is_prepared(installation: Installation) -> None:
    (installation.root / "archive" / "migrations" / "0001_initial.py").write_text("other")
    assert database.known_answer(installation, ENVIRONMENT) is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM django_migrations",
        "DELETE FROM worklist_customuser",
        "DROP TABLE django_migrations",
    ],
)
def test_another_database_in_its_place_is_prepared(
    installation: Installation, statement: str
) -> None:
    run(installation, statement)
    assert database.known_answer(installation, ENVIRONMENT) is None


def test_a_damaged_or_missing_database_is_prepared(installation: Installation) -> None:
    file = installation.data_dir / "noctis.sqlite3"
    file.write_bytes(b"no database" * 1000)
    assert database.known_answer(installation, ENVIRONMENT) is None
    file.unlink()
    assert database.known_answer(installation, ENVIRONMENT) is None


def test_a_new_edition_of_the_report_templates_is_prepared(installation: Installation) -> None:
    folder = installation.root / "reports" / "catalogue" / "templates"
    folder.mkdir(parents=True)
    (folder / "ct-head.txt").write_text("edition: 2")
    assert database.known_answer(installation, ENVIRONMENT) is None
