"""Programs that fail are explained in one line."""

import os
import sys
from pathlib import Path

import pytest

from noctisview.launcher.process import CommandError, answer, pipe, run, show


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_goes_to_the_log_and_line_by_line_to_the_step(tmp_path: Path) -> None:
    log, seen = tmp_path / "logs" / "setup.log", []
    run(python("print('one'); print('two')"), log=log, note=seen.append)
    assert [line.strip() for line in seen] == ["one", "two"]
    assert log.read_text().splitlines()[1:] == ["one", "two"]


@pytest.mark.parametrize(
    ("said", "explained"),
    [
        ("error: Temporary failure in name resolution", "cannot reach its package registry"),
        ("npm error code ENOTFOUND", "cannot reach its package registry"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Traceback\\n  deep Error\\nValueError: bad lock\\nbye", "failed: ValueError: bad lock"),
    ],
)
def test_the_usual_causes_have_names(tmp_path: Path, said: str, explained: str) -> None:
    with pytest.raises(CommandError, match=explained) as caught:
        run(python(f"print('{said}'); raise SystemExit(3)"), log=tmp_path / "log")
    assert "\n" not in str(caught.value)


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="/nowhere/uv cannot be run: No such file"):
        run(["/nowhere/uv"], log=tmp_path / "log")


def test_what_goes_through_a_pipe_is_written_nowhere(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import sys; print('the-password'); print('a warning', file=sys.stderr)"
    assert pipe(python(code), log=log, env=os.environ) == "the-password\n"
    assert "a warning" in log.read_text()
    assert "the-password\n" not in log.read_text().splitlines(keepends=True)


def test_a_pipe_passes_on_what_is_said_beside_the_answer(tmp_path: Path) -> None:
    log, seen = tmp_path / "setup.log", []
    code = "import sys; print('x' * 200_000); [print(n, file=sys.stderr) for n in range(20_000)]"
    output = pipe(python(code), log=log, env=os.environ, note=seen.append)
    assert output == "x" * 200_000 + "\n"
    assert len(seen) == 20_000
    assert log.read_text().splitlines()[-1] == "19999"


def test_answers_of_short_programs(tmp_path: Path) -> None:
    assert answer(python("print(' v1 ')")) == "v1"
    assert answer(python("print('v1'); raise SystemExit(1)")) == ""
    assert answer(["/nowhere/node", "--version"]) == ""


def test_a_shown_program_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    code = show(python("import time; time.sleep(60)"), cwd=tmp_path, env=os.environ, timeout_s=0.2)
    assert code == 124
