"""Documentation that breaks the build when it lies."""

import re

import pytest

from noctisview.cli import _parser
from tests.guards.repository import ROOT, own_files

README = ROOT / "README.md"
SETTINGS = ROOT / "docs" / "operate" / "settings.md"
# env.text("NOCTIS_..."), os.environ["NOCTIS_..."], environment.get("NOCTIS_...")
VARIABLE = re.compile(r"""(?:\benv\.\w+\(|\benviron\w*(?:\.\w+\(|\[))\s*"(NOCTIS_[A-Z0-9_]+)\"""")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
BLOCK = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Where each command of the README is really run. A new command needs a run before it gets a line.
README_COMMANDS = {
    "git clone": "every CI run begins with one",
    "cd noctis": "every CI run is in one",
    "./noctis start": "tests/integration/test_launcher_start.py",
    "./noctis test": ".ci/run",
    "./noctis demo": "tests/integration/test_launcher_verbs.py",
    "./noctis doctor": "tests/integration/test_launcher_verbs.py",
    "./noctis admin-password": "tests/integration/test_launcher_verbs.py",
    "pip install .": "tests/integration/test_launcher_package.py",
    "noctis start": "tests/integration/test_launcher_package.py",
}


def commands_of(text: str) -> list[str]:
    lines = [line.strip() for block in BLOCK.findall(text) for line in block.splitlines()]
    return [
        line.removeprefix("$ ").partition("  #")[0].strip()
        for line in lines
        if line and not line.startswith("#")
    ]


def test_every_command_of_the_readme_is_run_somewhere() -> None:
    commands = commands_of(README.read_text(encoding="utf-8"))
    assert commands
    for command in commands:
        known = [known for known in README_COMMANDS if f"{command} ".startswith(f"{known} ")]
        assert known, f"no test runs {command!r} of README.md"
        place = README_COMMANDS[max(known, key=len)]
        if "/" in place:
            assert (ROOT / place).is_file(), f"{place}, which runs {command!r}, is gone"


def test_options_in_the_documents_exist() -> None:
    """An option of ours that a document shows is one that the command takes."""
    verbs = _parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    for path in own_files("README.md", "CONTRIBUTING.md", "docs/operate/*.md", "docs/develop/*.md"):
        for command in commands_of(path.read_text(encoding="utf-8")):
            match = re.match(r"(?:\./)?noctis (start|test|lock)\b(.*)", command)
            if match:
                known = verbs[match[1]]._option_string_actions
                for option in re.findall(r"(?<!\S)--[a-z-]+", match[2]):
                    assert option in known, f"{path.name}: {command}"


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    in_code: set[str] = set()
    for path in own_files("*.py", "noctis"):
        if path.parts[len(ROOT.parts)] not in {"tests", "benchmarks"}:
            in_code |= set(VARIABLE.findall(path.read_text(encoding="utf-8")))
    documented = set(
        re.findall(r"^\| `(NOCTIS_[A-Z0-9_]+)` \|", SETTINGS.read_text(), re.MULTILINE)
    )
    assert sorted(in_code - documented) == [], "not in docs/operate/settings.md"
    assert sorted(documented - in_code) == [], "in docs/operate/settings.md, but read by nothing"


@pytest.mark.parametrize("path", own_files("*.md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: object) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target  # type: ignore[attr-defined]
