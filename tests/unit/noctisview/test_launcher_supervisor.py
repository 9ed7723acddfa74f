"""The supervisor with small programs in the place of services."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from noctisview.launcher.console import LauncherError
from noctisview.launcher.supervisor import Service, Supervisor, last_line, rotate

# Notes its process number, and ends as it is told to.
POLITE = """
import os, pathlib, signal, sys, time
def stop(number, frame):
    pathlib.Path(sys.argv[1] + ".stopped").write_text(signal.Signals(number).name)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop); signal.signal(signal.SIGINT, stop)
pathlib.Path(sys.argv[1] + ".part").write_text(str(os.getpid()))
os.replace(sys.argv[1] + ".part", sys.argv[1])
while True: time.sleep(0.05)
"""
STUBBORN = POLITE.replace("sys.exit(0)", "pass")


def service(folder: Path, name: str, code: str = POLITE, **options: object) -> Service:
    pid_file = folder / name
    return Service(
        name,
        [sys.executable, "-c", code, str(pid_file)],
        folder / f"{name}.log",
        is_ready=pid_file.exists,
        **options,  # type: ignore[arg-type]
    )


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def supervising(*services: Service, drain_s: float = 30.0) -> Supervisor:
    return Supervisor(services, os.environ, drain_s=drain_s, first_back_off_s=0.05)


def test_all_are_started_and_each_is_stopped_by_its_own_signal(tmp_path: Path) -> None:
    services = [
        service(tmp_path, "web"),
        service(tmp_path, "worker", stop_signal=signal.SIGINT),
    ]
    supervisor = supervising(*services)
    supervisor.start()
    assert supervisor.drain()
    assert (tmp_path / "web.stopped").read_text() == "SIGTERM"
    assert (tmp_path / "worker.stopped").read_text() == "SIGINT"


def test_the_last_starts_when_the_others_answer(tmp_path: Path) -> None:
    may_answer = threading.Event()
    first, last = tmp_path / "web", tmp_path / "worker"
    web = service(tmp_path, "web")
    web = replace(web, is_ready=lambda: first.exists() and may_answer.is_set())
    supervisor = supervising(service(tmp_path, "worker", is_last=True), web)
    starting = threading.Thread(target=supervisor.start)
    starting.start()
    wait_for(first.exists)
    time.sleep(0.2)
    assert not last.exists()
    may_answer.set()
    starting.join(timeout=30)
    assert last.exists()
    assert supervisor.drain()


def test_what_dies_is_started_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = supervising(service(tmp_path, "web"))
    supervisor.start()
    first = int((tmp_path / "web").read_text())

    def kill_then_stop() -> None:
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: (tmp_path / "web").read_text() != str(first))
        supervisor.stop_requests += 1

    thread = threading.Thread(target=kill_then_stop)
    thread.start()
    supervisor.run()
    thread.join()
    assert supervisor.drain()
    assert "web ended (killed by SIGKILL); starting it again" in capsys.readouterr().out


def test_a_service_that_never_comes_up_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    broken = Service(
        "web",
        [sys.executable, "-c", "raise SystemExit('no such table')"],
        tmp_path / "web.log",
        is_ready=lambda: False,
    )
    supervisor = supervising(broken)
    with pytest.raises(LauncherError, match="ends as soon as it is started: no such table"):
        supervisor.start()
    assert supervisor.drain()


def test_a_service_that_never_answers_is_given_up(tmp_path: Path) -> None:
    silent = Service(
        "DICOM",
        [sys.executable, "-c", "import time; time.sleep(60)"],
        tmp_path / "dicom.log",
        is_ready=lambda: False,
    )
    supervisor = supervising(silent)
    with pytest.raises(LauncherError, match="DICOM service does not answer"):
        supervisor.start(timeout_s=0.3)
    assert supervisor.drain()


def test_what_does_not_finish_in_time_is_killed_with_its_children(tmp_path: Path) -> None:
    supervisor = supervising(service(tmp_path, "worker", STUBBORN), drain_s=0.3)
    supervisor.start()
    assert not supervisor.drain()
    pid = int((tmp_path / "worker").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_second_request_to_stop_does_not_wait(tmp_path: Path) -> None:
    supervisor = supervising(service(tmp_path, "worker", STUBBORN), drain_s=600)
    supervisor.start()
    threading.Timer(0.2, lambda: supervisor._on_signal(signal.SIGINT, None)).start()
    assert not supervisor.drain()


def test_signals_are_taken_only_while_they_are_wanted(tmp_path: Path) -> None:
    supervisor = supervising(service(tmp_path, "web"))
    before = signal.getsignal(signal.SIGTERM)
    with supervisor.signals():
        supervisor.start()
        os.kill(os.getpid(), signal.SIGTERM)
        supervisor.run()  # returns because of it
    assert signal.getsignal(signal.SIGTERM) is before
    assert supervisor.stop_requests == 1
    assert supervisor.drain()


def test_logs_are_cut_while_their_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old " * 100)
        rotate(log, max_bytes=1000)
        assert log.stat().st_size == 400
        rotate(log, max_bytes=100)
        writer.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "web.log.1").read_bytes() == b"old " * 100


def test_the_last_words_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert last_line(log) == "it has written no log"
    log.write_text("")
    assert last_line(log) == "its log is empty"
    log.write_text("Traceback\nOSError: gone\n\n")
    assert last_line(log) == "OSError: gone"
