"""The test command's own parts: choice of stages, counts, table, what CI does with skips."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from noctisview.launcher.console import LauncherError
from noctisview.launcher.testing import runner, system_packages
from noctisview.launcher.testing.runner import Counts, Result
from noctisview.launcher.testing.skip_policy import SkipPolicy
from noctisview.launcher.testing.stages import STAGES


def test_stages_run_in_their_usual_order() -> None:
    assert [stage.name for stage in runner.chosen_stages("unit, lint")] == ["lint", "unit"]
    assert runner.chosen_stages(None) == list(STAGES)
    with pytest.raises(LauncherError, match=r"no such stage: fuzz. There are: lint, types"):
        runner.chosen_stages("fuzz")


def test_the_table_ends_with_the_sum_of_all_tests() -> None:
    results = [
        Result("lint", ok=True, seconds=1.0),
        Result("unit", ok=False, seconds=20.5, counts=Counts(10, 2, 1)),
        Result("sqlite", ok=True, seconds=60.0, counts=Counts(5, 0, 0)),
    ]
    lines = runner.table(results, 81.5).splitlines()
    assert lines[2].split() == ["lint", "ok", "1.0"]
    assert lines[3].split() == [
        "unit", "FAILED", "20.5", "10", "passed,", "2", "failed,", "1", "skipped",
    ]  # fmt: skip
    assert lines[5].split() == ["all", "FAILED", "81.5"]
    assert lines[-1] == "total: 15 passed, 2 failed, 1 skipped"


def test_counts_of_a_result_file(tmp_path: Path) -> None:
    file = tmp_path / "unit.xml"
    assert runner.read_counts(file) is None
    file.write_text(
        '<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3"/></testsuites>'
    )
    assert runner.read_counts(file) == Counts(passed=4, failed=3, skipped=3)


def _skip(*marks: str) -> SimpleNamespace:
    return SimpleNamespace(
        skipped=True, keywords=dict.fromkeys(marks, 1), nodeid="t.py::t", longrepr=("f", 1, "why")
    )


@pytest.mark.parametrize(
    ("has_corpus", "marks", "exit_status"),
    [(True, [], 1), (True, ["corpus"], 1), (False, ["corpus"], 0), (False, [], 1)],
)
def test_a_skip_fails_a_run_in_ci(has_corpus: bool, marks: list[str], exit_status: int) -> None:
    policy = SkipPolicy(has_corpus=has_corpus)
    policy.pytest_runtest_logreport(_skip(*marks))
    session = SimpleNamespace(exitstatus=0)
    policy.pytest_sessionfinish(session)
    assert session.exitstatus == exit_status


def test_a_pass_and_an_expected_failure_fail_nothing() -> None:
    policy = SkipPolicy(has_corpus=True)
    policy.pytest_runtest_logreport(SimpleNamespace(skipped=False))
    policy.pytest_runtest_logreport(SimpleNamespace(skipped=True, wasxfail="known"))
    assert policy.refused == []


def test_programs_of_every_stage_have_a_package() -> None:
    assert {name for stage in STAGES for name in stage.programs} <= set(system_packages.PACKAGES)


def test_what_is_missing_is_named_to_one_who_may_not_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(system_packages, "find_program", lambda name: None)
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(system_packages.shutil, "which", lambda name: "/usr/bin/apt-get")
    with pytest.raises(LauncherError, match=r"sudo apt-get install .* chromium dcmtk"):
        system_packages.provide(["chromium", "storescu"], tmp_path / "log")


def test_the_newest_postgresql_is_found_outside_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system_packages, "_POSTGRESQL", tmp_path)
    assert system_packages.find_program("initdb") == tmp_path / "17" / "bin" / "initdb"
    assert system_packages.find_program("no-such-program") is None


def test_libraries_and_fonts_are_looked_for_as_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "truetype" / "noto").mkdir(parents=True)
    (tmp_path / "truetype" / "noto" / "NotoSans-Regular.ttf").touch()
    monkeypatch.setattr(system_packages, "_FONTS", (tmp_path, tmp_path / "not there"))
    assert system_packages.is_there("NotoSans-Regular.ttf")
    assert system_packages.is_there("libc.so.6")
    assert not system_packages.is_there("libno-such-thing.so.0")
    names = ["NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc"]
    assert system_packages.missing_packages(names) == ["fonts-noto-cjk"]
