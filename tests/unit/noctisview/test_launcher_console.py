"""One line for each step and each problem."""

import io

import pytest

from noctisview.launcher.console import LauncherError, Step, ask, problems_in_one_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_step_says_when_it_begins_and_what_it_took() -> None:
    stream = io.StringIO()
    with Step("Python packages", stream):
        pass
    begin, end = stream.getvalue().splitlines()
    assert begin == "  Python packages ..."
    assert end.startswith("  Python packages: done in ")


def test_a_step_that_breaks_says_so() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="x"), Step("Database", stream):
        raise ValueError("x")
    assert "Database: failed in " in stream.getvalue()


def test_on_a_terminal_the_last_line_replaces_the_counting_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("noctisview.launcher.console.TICK_S", 0.01)
    stream = Terminal()
    with Step("Front end", stream) as step:
        step.note("transforming modules")
        while "transforming modules" not in stream.getvalue():
            pass
    assert stream.getvalue().count("\n") == 1


def test_a_problem_is_one_line_with_its_mend(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop, problems_in_one_line():
        raise LauncherError("port 8000 is taken", "Choose another: --port 8001")
    assert stop.value.code == 1
    assert capsys.readouterr().err == ("noctis: port 8000 is taken. Choose another: --port 8001\n")


@pytest.mark.parametrize(
    ("answer", "means"), [("y", True), (" YES ", True), ("", False), ("n", False)]
)
def test_only_yes_is_yes(monkeypatch: pytest.MonkeyPatch, answer: str, means: bool) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    assert ask("Load?") is means
