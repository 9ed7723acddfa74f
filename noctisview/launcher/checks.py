"""What must be so before anything long begins; each fault is one line with its mend."""

import errno
import os
import shutil
import socket
import tempfile
from pathlib import Path

from noctisview.launcher.console import LauncherError, say

GIB = 1024**3
# Packages, front-end packages and the build take 1.3 GB; the rest is room for first studies.
NEEDED_BYTES = 2 * GIB


def check_data_dir(data_dir: Path) -> None:
    """Make the data directory (0700) and try to write in it."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=data_dir):
            pass
    except OSError as error:
        raise LauncherError(
            f"the data directory {data_dir} cannot be written ({error.strerror})",
            "Give another with --data DIR, or give this account the right to write there",
        ) from error


def check_disk(folder: Path, *, is_first: bool) -> None:
    """Refuse a first installation on less than 2 GB; warn a later start."""
    free = shutil.disk_usage(folder).free
    if free >= NEEDED_BYTES:
        return
    what = f"only {free / GIB:.1f} GB is free on the disk of {folder}, 2 GB are needed"
    if is_first:
        raise LauncherError(what, "Free some space, or choose another disk with --data DIR")
    say(f"  Warning: {what}.")


def check_port(host: str, port: int, option: str) -> None:
    """Raise when nothing could listen there: taken, not allowed, or no address of ours."""
    if port_error(host, port) is None:
        return
    code = port_error(host, port)
    if code == errno.EADDRINUSE:
        free = next((n for n in range(port + 1, port + 100) if port_error(host, n) is None), 0)
        raise LauncherError(
            f"port {port} on {host} is taken by another program",
            f"Stop that program, or choose another port: {option} {free or '...'}",
        )
    if code in {errno.EACCES, errno.EPERM}:
        raise LauncherError(
            f"this account may not listen on port {port}",
            f"Choose a port above 1023: {option} {port + 8000}",
        )
    raise LauncherError(
        f"cannot listen on {host} ({os.strerror(code or 0)})",
        "Give an address of this machine with --host",
    )


def port_error(host: str, port: int) -> int | None:
    """Return the error number of listening on `host`:`port`, or None when it would work."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        # As the services do: a connection of the last run in TIME_WAIT is no obstacle.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(1)
        except socket.gaierror:
            return errno.EADDRNOTAVAIL
        except (OSError, OverflowError) as error:
            return getattr(error, "errno", None) or errno.EINVAL
    return None
