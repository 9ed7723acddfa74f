"""Processes that do what hostile pixels may turn into a crash or an endless computation.

A worker gets an open file and a task over a socket and answers with bytes. It has its own limit
of memory; the parent sets a limit of time, kills a worker that passes it, and starts another when
one is wanted. What a worker says is read as data: JSON and bytes, nothing that is executed.

References: hardening.md D7 (pixel bombs).
"""

import contextlib
import os
import queue
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

_FRAME: Final = struct.Struct("<II")
_PROJECT: Final = Path(__file__).resolve().parent.parent
_TASKS_PER_WORKER: Final = 2000
_RECEIVE_BYTES: Final = 1024 * 1024


class WorkerError(Exception):
    """A task that was not done; ``reason`` is a short machine code.

    ``busy``: no worker came free in time. ``killed``: it took more time than allowed.
    ``died``: the worker ended, most likely for want of memory. Others come from the task.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def pack(head: dict[str, Any], content: bytes = b"") -> bytes:
    """Return a message: a head in JSON, and bytes."""
    encoded = orjson.dumps(head)
    return _FRAME.pack(len(encoded), len(content)) + encoded + content


def receive(connection: socket.socket, count: int) -> bytes:
    """Return exactly `count` bytes.

    Raises
    ------
    EOFError
        When the other side is gone before.
    """
    received = bytearray()
    while len(received) < count:
        chunk = connection.recv(min(count - len(received), _RECEIVE_BYTES))
        if not chunk:
            raise EOFError
        received += chunk
    return bytes(received)


def receive_message(connection: socket.socket, first: bytes = b"") -> tuple[dict[str, Any], bytes]:
    """Return head and bytes of a message of which `first` is the beginning.

    Raises
    ------
    EOFError
        When the other side is gone.
    """
    sizes = first + receive(connection, _FRAME.size - len(first))
    head_size, content_size = _FRAME.unpack(sizes)
    head = orjson.loads(receive(connection, head_size))
    return head, receive(connection, content_size)


class _Worker:
    """A running process and our end of the socket to it."""

    def __init__(self, module: str, memory_bytes: int) -> None:
        ours, theirs = socket.socketpair()
        self.connection = ours
        self.tasks = 0
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", module, str(theirs.fileno()), str(memory_bytes)],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                cwd=_PROJECT,
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            )

    def stop(self) -> None:
        """End the process, by force."""
        self.connection.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def run(self, message: bytes, file: BinaryIO, timeout_s: float) -> tuple[dict[str, Any], bytes]:
        self.tasks += 1
        end = time.monotonic() + timeout_s
        self.connection.settimeout(timeout_s)
        sent = socket.send_fds(self.connection, [message], [file.fileno()])
        self.connection.sendall(message[sent:])
        sizes = receive(self.connection, _FRAME.size)
        self.connection.settimeout(max(end - time.monotonic(), 0.001))
        return receive_message(self.connection, sizes)


class WorkerPool:
    """A few workers, started when first wanted; each ends when its connection is closed.

    Parameters
    ----------
    module : str
        Module to run in each; it calls `dicomweb.workers` to talk.
    size : int
        Workers at once.
    memory_bytes : int
        Address space of each.
    timeout_s : float
        For a task, and for waiting until a worker comes free.
    """

    def __init__(
        self, module: str, *, size: int, memory_bytes: int, timeout_s: float = 30.0
    ) -> None:
        self._module = module
        self._memory_bytes = memory_bytes
        self._timeout_s = timeout_s
        # Last in, first out: a warm worker is taken before a cold one. None: not started yet.
        self._free: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(size):
            self._free.put(None)

    def run(self, task: dict[str, Any], file: BinaryIO, content: bytes = b"") -> bytes:
        """Do a task with `file` and return its result.

        Raises
        ------
        WorkerError
            When it wasn't done.
        """
        worker = self._take()
        answer = None
        try:
            worker = worker or _Worker(self._module, self._memory_bytes)
            answer = worker.run(pack(task, content), file, self._timeout_s)
        except TimeoutError:
            raise WorkerError("killed", "It takes longer than allowed.") from None
        except (OSError, EOFError, orjson.JSONDecodeError):
            raise WorkerError("died", "It takes more memory than allowed.") from None
        finally:
            self._give_back(worker, is_sound=answer is not None)
        head, result = answer
        if "reason" in head:
            raise WorkerError(str(head["reason"]), str(head.get("message", "")))
        return result

    def _take(self) -> _Worker | None:
        try:
            return self._free.get(timeout=self._timeout_s)
        except queue.Empty:
            raise WorkerError("busy", "The server is decoding too many images now.") from None

    def _give_back(self, worker: _Worker | None, *, is_sound: bool) -> None:
        """Free the place; a worker that failed, or has served long enough, is ended."""
        if worker is not None and (not is_sound or worker.tasks >= _TASKS_PER_WORKER):
            worker.stop()
            worker = None
        self._free.put(worker)


_pools: dict[int, WorkerPool] = {}
_pools_lock = threading.Lock()


def process_pool(module: str, *, size: int, memory_bytes: int) -> WorkerPool:
    """Return the pool of this process: a forked child makes one of its own."""
    pid = os.getpid()
    with _pools_lock:
        if pid not in _pools:
            _pools.clear()
            _pools[pid] = WorkerPool(module, size=size, memory_bytes=memory_bytes)
        return _pools[pid]
