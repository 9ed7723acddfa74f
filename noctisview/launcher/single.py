"""One `noctis start` to a data directory: a lock that dies with the process that holds it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from noctisview.launcher.console import LauncherError


@contextmanager
def only_start_on(data_dir: Path, address: str) -> Iterator[None]:
    """Hold the data directory's lock, or say who holds it.

    The kernel drops the lock when the process ends, however it ends: no stale file stays.

    Raises
    ------
    LauncherError
        If another start holds it.
    """
    with (data_dir / "start.lock").open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            stream.seek(0)
            raise _refusal(data_dir, stream.read()) from error
        stream.truncate(0)
        json.dump({"pid": os.getpid(), "address": address}, stream)
        stream.flush()
        yield


def _refusal(data_dir: Path, text: str) -> LauncherError:
    try:
        holder = json.loads(text)
        who = f" (process {holder['pid']}, {holder['address']})"
        mend = f"Stop it with Ctrl-C there or `kill {holder['pid']}`"
    except (ValueError, KeyError, TypeError):
        who, mend = "", "Stop it"
    return LauncherError(
        f"another noctis start runs on {data_dir}{who}", f"{mend}, or give another --data DIR"
    )
