"""The inside of a worker process: limits, and a loop that takes one task after another."""

import logging
import os
import resource
import socket
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from dicomkit.errors import DicomkitError
from dicomweb.workers import pack, receive_message

_log = logging.getLogger(__name__)

Task = Callable[[dict[str, Any], BinaryIO, bytes], bytes]
_FIRST_BYTES: Final = 8


def serve(do: Task) -> None:
    """Take tasks from the socket named on the command line until it is closed.

    `do` gets the task, the file and the further content of a message and returns the result.
    """
    descriptor, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes nothing but its answer
    with socket.socket(fileno=descriptor) as connection:
        try:
            while True:
                connection.sendall(_answer(connection, do))
        except (EOFError, ConnectionError):
            return


def _answer(connection: socket.socket, do: Task) -> bytes:
    first, descriptors, _, _ = socket.recv_fds(connection, _FIRST_BYTES, 1)
    if not first or not descriptors:
        raise EOFError
    with os.fdopen(descriptors[0], "rb") as file:
        task, content = receive_message(connection, first)
        return _attempt(do, task, file, content)


def _attempt(do: Task, task: dict[str, Any], file: BinaryIO, content: bytes) -> bytes:
    try:
        return pack({}, do(task, file, content))
    except DicomkitError as error:
        return pack({"reason": error.reason, "message": str(error)})
    except MemoryError:
        return pack({"reason": "memory", "message": "It takes more memory than allowed."})
    except Exception as error:  # whatever a decoder does with what it is fed
        _log.exception("a task failed")
        return pack({"reason": "failed", "message": type(error).__name__})
