"""Accepting connections: one thread for each, within limits in all and by peer address."""

import logging
import os
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from dimse.upper_layer.connection import Connection, Timeouts
from dimse.upper_layer.pdu import (
    REJECTED_LOCAL_LIMIT,
    REJECTED_TEMPORARY_CONGESTION,
    Rejection,
    encode_reject,
)

logger = logging.getLogger(__name__)

_BACKLOG: Final = 512
_ACCEPT_TICK_S: Final = 0.5
_MAX_REFUSED_HELD: Final = 256
_LOG_EVERY_S: Final = 10.0

Serve = Callable[[Connection, str], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections are served at once."""

    total: int = 200
    per_address: int = 32


@dataclass(slots=True)
class Counters:
    """What the listener has done since it started."""

    accepted: int = 0
    refused: int = 0
    failed: int = 0


@dataclass(slots=True)
class _Refused:
    """Connections that were refused, held a moment so that the answer can be read."""

    held: deque[tuple[float, socket.socket]] = field(default_factory=deque)
    next_log: float = 0.0

    def add(self, sock: socket.socket, rejection: Rejection) -> None:
        try:
            sock.setblocking(False)
            sock.send(encode_reject(rejection))
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            sock.close()
            return
        self.held.append((monotonic() + 1.0, sock))
        self.sweep(_MAX_REFUSED_HELD)

    def sweep(self, keep: int) -> None:
        """Close those whose moment is over, and the oldest above `keep`."""
        while self.held and (len(self.held) > keep or self.held[0][0] < monotonic()):
            self.held.popleft()[1].close()

    def log(self, address: str, why: str) -> None:
        """Log a refusal, one in ten seconds: a flood must not fill the log as well."""
        if monotonic() >= self.next_log:
            self.next_log = monotonic() + _LOG_EVERY_S
            logger.warning("connection from %s refused: %s", address, why)


class Listener:
    """Listens on a socket and gives every admitted connection a thread.

    Parameters
    ----------
    sock : socket.socket
        Bound and listening; see `listen`.
    serve : Callable
        Serves a connection of an address to its end; it runs in a thread of its own.
    limits : Limits
        Connections served at once.
    timeouts : Timeouts
        Deadlines for every connection.
    on_idle : Callable
        Called in a connection's thread when its peer falls silent.
    """

    def __init__(
        self,
        sock: socket.socket,
        serve: Serve,
        limits: Limits,
        timeouts: Timeouts,
        on_idle: Callable[[], None],
    ) -> None:
        self._socket = sock
        self._serve = serve
        self._limits = limits
        self._timeouts = timeouts
        self._on_idle = on_idle
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._active: dict[Connection, threading.Thread] = {}
        self._by_address: Counter[str] = Counter()
        self._refused = _Refused()
        self.counters = Counters()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that are listened on."""
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    @property
    def active(self) -> int:
        """Number of connections being served."""
        with self._lock:
            return len(self._active)

    def serve_forever(self) -> None:
        """Accept until `stop` is called; whatever happens to one connection, accept the next."""
        self._socket.settimeout(_ACCEPT_TICK_S)
        while not self._stopping.is_set():
            self._refused.sweep(_MAX_REFUSED_HELD)
            try:
                sock, address = self._socket.accept()
            except TimeoutError:
                continue
            except OSError as error:
                self._accept_failed(error)
                continue
            self._admit(sock, str(address[0]))
        self._socket.close()
        self._refused.sweep(0)

    def stop(self) -> None:
        """Stop accepting; what is being served goes on. Safe in a signal handler."""
        self._stopping.set()

    def drain(self, limit_s: float) -> bool:
        """Wait for what is being served, then break what is left; True when none was left.

        Parameters
        ----------
        limit_s : float
            How long to wait.
        """
        deadline = monotonic() + limit_s
        self._join(deadline)
        with self._lock:
            left = list(self._active)
        for connection in left:
            connection.shut()
        self._join(monotonic() + 5.0)
        return not left

    def _join(self, deadline: float) -> None:
        with self._lock:
            threads = list(self._active.values())
        for thread in threads:
            thread.join(max(0.0, deadline - monotonic()))

    def _accept_failed(self, error: OSError) -> None:
        # Out of file descriptors, or the client went away in between: neither is the end.
        if not self._stopping.is_set():
            logger.warning("accept failed: %s", error)
            self._stopping.wait(0.1)

    def _admit(self, sock: socket.socket, address: str) -> None:
        why = self._why_not(address)
        if why is not None:
            self.counters.refused += 1
            self._refused.log(address, why[1])
            self._refused.add(sock, why[0])
            return
        try:
            connection = Connection(
                sock, self._timeouts, self._stopping.is_set, on_idle=self._on_idle
            )
            thread = threading.Thread(
                target=self._run, args=(connection, address), name=f"dicom {address}", daemon=True
            )
            with self._lock:  # held over the start: the thread's end must find its entry
                thread.start()
                self._active[connection] = thread
                self._by_address[address] += 1
        except (OSError, RuntimeError):  # the client is gone, or no thread can be had
            logger.exception("cannot serve %s", address)
            sock.close()

    def _why_not(self, address: str) -> tuple[Rejection, str] | None:
        with self._lock:
            if len(self._active) >= self._limits.total:
                return REJECTED_TEMPORARY_CONGESTION, "too many associations"
            if self._by_address[address] >= self._limits.per_address:
                return REJECTED_LOCAL_LIMIT, "too many associations from this address"
        return None

    def _run(self, connection: Connection, address: str) -> None:
        try:
            self.counters.accepted += 1
            self._serve(connection, address)
        except Exception:  # the last line: a thread may end, the service may not
            self.counters.failed += 1
            logger.exception("serving %s failed", address)
        finally:
            connection.close(linger=False)
            with self._lock:
                del self._active[connection]
                self._by_address[address] -= 1
                if not self._by_address[address]:
                    del self._by_address[address]


def listen(host: str, port: int, *, share_port: bool = False) -> socket.socket:
    """Return a socket that listens.

    Parameters
    ----------
    host : str
        Address to bind; blank is every IPv4 address.
    port : int
        TCP port; 0 takes a free one.
    share_port : bool
        Set SO_REUSEPORT, so that several processes listen on one port.

    Raises
    ------
    OSError
        The port is taken, or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock
