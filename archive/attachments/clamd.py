"""A client of clamd: one file over one connection, in chunks, by its INSTREAM command.

References: clamd(8), COMMANDS, INSTREAM: chunks of a four byte length in network order and so
many bytes, ended by a length of zero; the answer is ``stream: OK`` or ``stream: NAME FOUND``.
"""

import contextlib
import socket
import struct
from dataclasses import dataclass
from typing import BinaryIO, Final

_CHUNK_BYTES: Final = 128 * 1024
_ANSWER_BYTES: Final = 4096
_TOO_LARGE: Final = "INSTREAM size limit exceeded"


class ScannerDownError(Exception):
    """clamd does not answer, or not as it should; it may do so later."""


class TooLargeForScannerError(Exception):
    """The file is longer than clamd's StreamMaxLength."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What clamd said; `signature` is what it found, blank when the file is clean."""

    signature: str = ""


def scan(stream: BinaryIO, address: str, timeout_s: float) -> Verdict:
    """Send a file to clamd at `address` (``unix:/path`` or ``host:port``) and return its verdict.

    Raises
    ------
    ScannerDownError, TooLargeForScannerError
    """
    try:
        with _connect(address, timeout_s) as connection:
            # A daemon that has heard enough answers and closes: what it said is still there.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                _send(connection, stream)
            answer = _receive(connection)
    except (OSError, ValueError) as error:
        raise ScannerDownError(f"clamd at {address}: {error}") from error
    return _verdict(answer)


def _connect(address: str, timeout_s: float) -> socket.socket:
    if not address.startswith("unix:"):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout_s)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(address.removeprefix("unix:"))
    except BaseException:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, stream: BinaryIO) -> None:
    connection.sendall(b"zINSTREAM\0")
    while chunk := stream.read(_CHUNK_BYTES):
        connection.sendall(struct.pack(">I", len(chunk)) + chunk)
    connection.sendall(struct.pack(">I", 0))


def _receive(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _ANSWER_BYTES:
        part = connection.recv(_ANSWER_BYTES)
        if not part:
            break
        answer += part
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict()
    if answer.endswith(" FOUND"):
        return Verdict(answer.removeprefix("stream: ").removesuffix(" FOUND")[:150] or "unnamed")
    if _TOO_LARGE in answer:
        raise TooLargeForScannerError
    raise ScannerDownError(f"clamd said {answer[:100]!r}")
