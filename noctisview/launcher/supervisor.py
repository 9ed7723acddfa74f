"""One small supervisor: starts the services, restarts what dies, drains them when it is told to."""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from noctisview.launcher.console import LauncherError, say

TICK_S = 0.1
FIRST_BACK_OFF_S = 1.0
LONGEST_BACK_OFF_S = 30.0
SETTLED_S = 60.0  # a service that ran this long begins again at the first back-off
START_ATTEMPTS = 3
DRAIN_S = 30.0
LOG_MAX_BYTES = 20 * 1024 * 1024
LOG_CHECK_S = 60.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True)
class Service:
    """A program to be kept running.

    Attributes
    ----------
    is_ready : callable
        Asks whether it answers; called again and again until it does.
    stop_signal : signal.Signals
        What makes it finish its work and end.
    is_last : bool
        Whether it is first started when all that aren't last answer.
    """

    name: str
    argv: Sequence[str]
    log: Path
    is_ready: Callable[[], bool] = lambda: True
    stop_signal: signal.Signals = signal.SIGTERM
    is_last: bool = False


@dataclass
class _Child:
    service: Service
    back_off_s: float
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    ready: bool = False


def _die_with_parent() -> None:
    """Ask the kernel (Linux) for a TERM when the supervisor itself is killed."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Supervisor:
    """Keeps services running until it is asked to stop.

    Attributes
    ----------
    services : sequence of Service
    environment : mapping
        The services' whole environment.
    """

    services: Sequence[Service]
    environment: Mapping[str, str]
    drain_s: float = DRAIN_S
    first_back_off_s: float = FIRST_BACK_OFF_S
    stop_requests: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._children = [_Child(service, self.first_back_off_s) for service in self.services]
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._next_log_check = 0.0

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Take INT, TERM and HUP as a request to stop while the block runs."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self, timeout_s: float = 90.0) -> None:
        """Start every service and wait until all answer, or until a stop is requested.

        Raises
        ------
        LauncherError
            If one ends three times before it answers, or does not answer within `timeout_s`.
        """
        deadline = time.monotonic() + timeout_s
        while not self.stop_requests:
            self._tick()
            if self._all_ready():
                return
            self._give_up_if_failing(late=time.monotonic() > deadline)
            self._sleep()

    def run(self) -> None:
        """Keep the services running until a stop is requested."""
        while not self.stop_requests:
            self._tick()
            self._check_logs()
            self._sleep()

    def drain(self) -> bool:
        """Ask every service to finish, wait, and kill what has not ended in time.

        Returns
        -------
        bool
            True when all ended by themselves. A second request to stop ends the waiting.
        """
        asked = self.stop_requests
        for child, process in self._running():
            process.send_signal(child.service.stop_signal)
        deadline = time.monotonic() + self.drain_s
        while self._running() and time.monotonic() < deadline and self.stop_requests <= asked:
            self._sleep()
        late = self._running()
        for child, process in late:
            say(f"  {child.service.name} had not finished and was killed.")
            # Its whole session: what it started itself goes too.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return not late

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop_requests += 1
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"!")

    def _sleep(self) -> None:
        """Wait a tick, or less when a signal comes."""
        if select.select([self._wake_read], [], [], TICK_S)[0]:
            os.read(self._wake_read, 64)

    def _tick(self) -> None:
        now = time.monotonic()
        first_are_up = all(child.ready for child in self._children if not child.service.is_last)
        for child in self._children:
            if child.process is None:
                may_start = first_are_up or child.ready or not child.service.is_last
                if may_start and now >= child.start_at:
                    self._spawn(child)
            elif (code := child.process.poll()) is not None:
                self._on_end(child, code, now)

    def _spawn(self, child: _Child) -> None:
        service = child.service
        service.log.parent.mkdir(parents=True, exist_ok=True)
        with service.log.open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 - argv list, no shell
                list(service.argv),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own session: Ctrl-C reaches the supervisor alone, which then drains in order.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        child.started_at = time.monotonic()

    def _on_end(self, child: _Child, code: int, now: float) -> None:
        """Note that a service ended, and when it is to be started again."""
        if now - child.started_at > SETTLED_S:
            child.back_off_s = self.first_back_off_s
        child.failures += 1
        if child.ready:
            say(
                f"  {child.service.name} ended ({_ending(code)}); "
                f"starting it again in {child.back_off_s:.0f} s. Log: {child.service.log}"
            )
        child.process = None
        child.start_at = now + child.back_off_s
        child.back_off_s = min(child.back_off_s * 2, LONGEST_BACK_OFF_S)

    def _running(self) -> list[tuple[_Child, subprocess.Popen[bytes]]]:
        pairs = [(child, child.process) for child in self._children]
        return [(child, process) for child, process in pairs if process and process.poll() is None]

    def _all_ready(self) -> bool:
        for child, _ in self._running():
            child.ready = child.ready or child.service.is_ready()
        return all(child.ready for child in self._children)

    def _give_up_if_failing(self, *, late: bool) -> None:
        for child in self._children:
            if child.failures >= START_ATTEMPTS or (late and not child.ready):
                did = "does not answer" if late else "ends as soon as it is started"
                raise LauncherError(
                    f"the {child.service.name} service {did}: {last_line(child.service.log)}",
                    f"Its log is {child.service.log}; `noctis doctor` checks the installation",
                )

    def _check_logs(self) -> None:
        if time.monotonic() < self._next_log_check:
            return
        self._next_log_check = time.monotonic() + LOG_CHECK_S
        for folder in {child.service.log.parent for child in self._children}:
            for log in folder.glob("*.log"):
                rotate(log)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"


def last_line(log: Path) -> str:
    """Return the last line of a log that says something."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 8192))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return "it has written no log"
    return next((line.strip() for line in reversed(lines) if line.strip()), "its log is empty")


def rotate(log: Path, max_bytes: int = LOG_MAX_BYTES) -> None:
    """Keep one older generation of a log that has grown past `max_bytes`.

    The file is copied and cut, not renamed: the service goes on writing (in append mode) to the
    descriptor that it was started with.
    """
    with contextlib.suppress(OSError):
        if log.stat().st_size <= max_bytes:
            return
        older = log.with_name(f"{log.name}.1")
        with log.open("rb") as source, older.open("wb") as target:
            while block := source.read(1 << 20):
                target.write(block)
        os.truncate(log, 0)
