"""A PostgreSQL of the tests' own: made in a temporary folder, gone afterwards."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from noctisview.launcher.checks import port_error
from noctisview.launcher.console import LauncherError
from noctisview.launcher.testing.system_packages import find_program

START_S = 60.0


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Start a cluster and yield its URL; stop and remove it at the end.

    PostgreSQL refuses to run as root, so root runs it as the account that its package made.
    Data need not survive the machine's power here: fsync is off, for speed.

    Raises
    ------
    LauncherError
        If PostgreSQL is not there or does not start.
    """
    initdb, server = find_program("initdb"), find_program("postgres")
    if initdb is None or server is None:
        raise LauncherError("PostgreSQL is not installed", "Run: apt install postgresql")
    user = "postgres" if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="noctis-postgresql-"))
    try:
        password = secrets.token_urlsafe(24)
        _make(initdb, home, user, password)
        with _running(server, home, user, port := _free_port()):
            yield f"postgresql://noctis:{password}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _make(initdb: Path, home: Path, user: str | None, password: str) -> None:
    password_file = home / "password"
    password_file.write_text(password, encoding="ascii")
    if user:
        account = pwd.getpwnam(user)
        for path in (home, password_file):
            os.chown(path, account.pw_uid, account.pw_gid)
    argv = [str(initdb), "--pgdata", str(home / "data"), "--username", "noctis", "--no-sync"]
    argv += ["--auth", "scram-sha-256", "--pwfile", str(password_file), "--encoding", "UTF8"]
    # A locale unlike C: sorting and upper/lower case are then tested as on a real server.
    argv += ["--locale", "C.UTF-8"]
    done = subprocess.run(  # noqa: S603 - argv list, no shell
        argv, user=user, cwd=home, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise LauncherError(f"initdb failed: {done.stderr.strip().splitlines()[-1:]}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def _running(server: Path, home: Path, user: str | None, port: int) -> Iterator[None]:
    argv = [str(server), "-D", str(home / "data"), "-p", str(port), "-k", str(home)]
    for setting in ("listen_addresses=127.0.0.1", "fsync=off", "max_connections=200"):
        argv += ["-c", setting]
    log = (home / "server.log").open("wb")
    with log:
        process = subprocess.Popen(  # noqa: S603 - argv list, no shell
            argv, user=user, cwd=home, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_until_it_answers(process, home, port)
        yield
    finally:
        process.send_signal(2)  # INT: PostgreSQL's fast shutdown
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_it_answers(process: subprocess.Popen[bytes], home: Path, port: int) -> None:
    pid_file = home / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if pid_file.exists() and "ready" in pid_file.read_text() and port_error("127.0.0.1", port):
            return
        time.sleep(0.1)
    raise LauncherError(f"PostgreSQL did not start: {(home / 'server.log').read_text()[-300:]}")
