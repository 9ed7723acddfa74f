"""Running other programs: the one place of the launcher that starts a process and waits for it."""

import io
import re
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from noctisview.launcher.console import LauncherError

Argv = Sequence[str | Path]

# How pip, uv, npm and apt say that they reached nobody.
_NO_NETWORK = re.compile(
    r"name resolution|name or service not known|newconnectionerror|dns error|enotfound|eai_again"
    r"|econnrefused|etimedout|connecttimeout|network is unreachable|operation timed out"
    r"|tcp connect error|error sending request|could not resolve|connection refused"
    r"|failed to fetch|read timed out",
    re.IGNORECASE,
)
_NO_SPACE = re.compile(r"no space left on device|enospc", re.IGNORECASE)


class CommandError(LauncherError):
    """A program that the launcher ran ended with an error."""


def _explained(program: str, lines: Sequence[str], log: Path) -> CommandError:
    """Return the error to raise: the usual causes by name, else the program's own last words."""
    text = "\n".join(lines)
    if _NO_SPACE.search(text):
        return CommandError("the disk is full", "Free some space and run the command again.")
    if _NO_NETWORK.search(text):
        return CommandError(
            f"{program} cannot reach its package registry",
            f"Check the network or proxy and run the command again (details: {log})",
        )
    return CommandError(f"{program} failed: {_last_words(lines)}", f"The whole output is in {log}")


def _last_words(lines: Sequence[str]) -> str:
    """Return the last line that speaks of an error and is no detail of one, else the last line."""
    said = [line.rstrip() for line in lines if line.strip()]
    errors = [line for line in said if "error" in line.lower() and not line[0].isspace()]
    return (errors or said or ["no output"])[-1]


def run(
    argv: Argv,
    *,
    log: Path,
    note: Callable[[str], None] | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a program to its end, its output into `log`.

    Parameters
    ----------
    argv : sequence
        The program and its arguments.
    log : Path
        File that the output is added to.
    note : callable, optional
        Called with each line of output as it comes.
    cwd, env : optional
        Working directory and whole environment of the program.

    Raises
    ------
    CommandError
        If it cannot be started or its exit code is not 0.
    """
    words = [str(word) for word in argv]
    program = Path(words[0]).name
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: deque[str] = deque(maxlen=200)
    with log.open("a", encoding="utf-8") as stream:
        stream.write(f"$ {' '.join(words)}\n")

        def keep(line: str) -> None:
            stream.write(line)
            lines.append(line)
            if note:
                note(line)

        code = _follow(words, cwd, env, keep)
    if code != 0:
        raise _explained(program, lines, log)


def _follow(
    words: list[str],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    keep: Callable[[str], None],
) -> int:
    """Run `words`, hand each line of output to `keep`, and return the exit code."""
    try:
        process = subprocess.Popen(  # noqa: S603 - argv list, no shell
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise CommandError(f"{words[0]} cannot be run: {error.strerror}") from error
    with process:
        for line in process.stdout or ():
            keep(line)
    return process.returncode


def answer(argv: Argv, *, env: Mapping[str, str] | None = None, timeout_s: float = 60) -> str:
    """Return what a short program prints, or an empty text when it fails or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - argv list, no shell
            [str(word) for word in argv],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def pipe(
    argv: Argv,
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path | None = None,
    note: Callable[[str], None] | None = None,
) -> str:
    """Run a program and return its standard output, which is kept nowhere; errors go to `log`.

    `note` is called with each line of its standard error as it comes.

    Raises
    ------
    CommandError
        If its exit code is not 0.
    """
    words = [str(word) for word in argv]
    errors: list[str] = []
    with (
        subprocess.Popen(  # noqa: S603 - argv list, no shell
            words,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process,
        ThreadPoolExecutor(1) as reader,
    ):
        output = reader.submit((process.stdout or io.StringIO()).read)
        for line in process.stderr or ():
            errors.append(line)
            if note:
                note(line)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as stream:
        stream.write(f"$ {' '.join(words)}\n{''.join(errors)}")
    if process.returncode != 0:
        raise _explained(" ".join(words[1:4]), errors, log)
    return output.result()


def show(argv: Argv, *, cwd: Path, env: Mapping[str, str], timeout_s: float) -> int:
    """Run a program with its output on ours and return its exit code; 124 when it took too long."""
    try:
        done = subprocess.run(  # noqa: S603 - argv list, no shell
            [str(word) for word in argv],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 124
    except OSError as error:
        raise CommandError(f"{argv[0]} cannot be run: {error.strerror}") from error
    return done.returncode
