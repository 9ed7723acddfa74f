"""What the launcher says: a line for each step with its seconds, a line for each problem."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TextIO

TICK_S = 0.5
STILL_S = 20.0
NOTE_WIDTH = 60


class LauncherError(Exception):
    """Something is missing or went wrong; said in one line with its mend.

    Parameters
    ----------
    what : str
        What is wrong, as a sentence without its full stop.
    mend : str
        What the reader does about it.
    """

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what}. {mend}" if mend else f"{what}.")
        self.what = what
        self.mend = mend


def say(text: str = "", stream: TextIO | None = None) -> None:
    """Write one line and flush it, so that it is seen at once through a pipe too."""
    stream = stream or sys.stdout
    stream.write(f"{text}\n")
    stream.flush()


class Step:
    """A step in progress: on a terminal one line that counts, elsewhere a line now and then.

    Use as a context manager; `note` is called with each line of output of what runs inside.
    """

    def __init__(self, title: str, stream: TextIO | None = None) -> None:
        self.title = title
        self.stream = stream or sys.stdout
        self.is_terminal = self.stream.isatty()
        self._note = ""
        self._finished = threading.Event()
        self._started = time.monotonic()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    @property
    def elapsed_s(self) -> float:
        """Return the seconds since the step began."""
        return time.monotonic() - self._started

    def note(self, line: str) -> None:
        """Remember the latest line of output, to be shown beside the clock."""
        self._note = line.strip()[:NOTE_WIDTH]

    def __enter__(self) -> "Step":
        self._started = time.monotonic()
        if not self.is_terminal:
            say(f"  {self.title} ...", self.stream)
        self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finished.set()
        self._ticker.join()
        word = "done" if kind is None else "failed"
        start = "\r\x1b[K" if self.is_terminal else ""
        say(f"{start}  {self.title}: {word} in {self.elapsed_s:.1f} s", self.stream)

    def _tick(self) -> None:
        pause_s = TICK_S if self.is_terminal else STILL_S
        while not self._finished.wait(pause_s):
            line = f"  {self.title} ... {self.elapsed_s:.0f} s  {self._note}"
            self.stream.write(f"\r\x1b[K{line}" if self.is_terminal else f"{line}\n")
            self.stream.flush()


@contextmanager
def problems_in_one_line() -> Iterator[None]:
    """Turn a `LauncherError` into one line on standard error and exit code 1."""
    try:
        yield
    except LauncherError as error:
        say(f"noctis: {error}", sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        say("\nnoctis: stopped by Ctrl-C.", sys.stderr)
        raise SystemExit(130) from None


def ask(question: str) -> bool:
    """Ask yes or no on the terminal; anything but yes, and the end of input, is no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
