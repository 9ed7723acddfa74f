"""Lock files name versions and hashes, and no one registry's addresses."""

import json
import re
import tomllib
from collections import defaultdict

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from noctisview.launcher.lockfiles import LOCKS, NODE_REQUIREMENT
from noctisview.launcher.packages import NODE_LOCK
from tests.guards.repository import ROOT, own_files

# In pieces, so that this file does not name what it forbids.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npmmirror", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>.*)$")


def entries(lock: str) -> dict[str, list[tuple[str, str, list[str]]]]:
    """Return name -> (version, marker, hashes) for each entry of a lock file."""
    found: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = ENTRY.match(line)
        assert match, f"{lock}: {line[:80]!r} pins nothing"
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line)
        marker = match["rest"].partition("--hash")[0].strip().lstrip(";").strip()
        found[canonicalize_name(match["name"])].append((match["version"], marker, hashes))
    return found


def wanted_by(extras: tuple[str, ...]) -> list[Requirement]:
    texts = list(PROJECT["dependencies"])
    for extra in extras:
        texts += PROJECT["optional-dependencies"][extra]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", [*LOCKS, NODE_LOCK])
def test_every_entry_has_hashes(lock: str) -> None:
    for name, pins in entries(lock).items():
        for version, _, hashes in pins:
            assert hashes, f"{lock}: {name}=={version} has no hash"


@pytest.mark.parametrize("lock", [*LOCKS, NODE_LOCK])
def test_no_lock_names_an_address_or_an_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|\bfile:", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock: str) -> None:
    """When this fails: ./noctis lock."""
    pins = entries(lock)
    for requirement in wanted_by(LOCKS[lock][0]):
        locked = pins.get(canonicalize_name(requirement.name), [])
        assert locked, f"{lock} lacks {requirement.name}: run ./noctis lock"
        for version, _, _ in locked:
            assert requirement.specifier.contains(Version(version), prereleases=True), (
                f"{lock} has {requirement.name} {version}, not {requirement.specifier}"
            )


def test_the_locks_agree_with_each_other() -> None:
    runtime = entries("requirements.txt")
    for lock in ("requirements_production.txt", "requirements_dev.txt"):
        larger = entries(lock)
        for name, pins in runtime.items():
            assert {pin[0] for pin in pins} == {pin[0] for pin in larger[name]}, f"{lock}: {name}"


def test_the_node_package_is_locked_as_asked_for() -> None:
    wanted = Requirement(NODE_REQUIREMENT)
    (pin,) = entries(NODE_LOCK)[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(pin[0])


def test_markers_can_be_read_by_pip() -> None:
    for lock in LOCKS:
        for name, pins in entries(lock).items():
            for version, marker, _ in pins:
                text = f"{name}=={version}" + (f" ; {marker}" if marker else "")
                parsed = Requirement(text).marker
                assert parsed is None or parsed.evaluate(default_environment()) in {True, False}


def test_the_front_end_lock_names_hashes_and_no_address() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    for path, package in lock["packages"].items():
        assert "resolved" not in package, path
        if path and not package.get("link"):
            assert package["integrity"].startswith("sha512-"), path


def test_no_file_names_a_registry() -> None:
    """A mirror or proxy is the reader's to configure; nothing here overrides it."""
    named = []
    for path in own_files():
        text = path.read_bytes()
        named += [
            f"{path.relative_to(ROOT)}: {host}" for host in REGISTRY_HOSTS if host.encode() in text
        ]
    assert named == []
