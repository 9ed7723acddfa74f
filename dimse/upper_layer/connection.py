"""A transport connection that hands out whole PDUs, under caps and deadlines.

A length is checked before a byte of its PDU is buffered, and the deadline of a PDU runs from
its first byte to its last: a peer that sends one byte a second gains nothing by it.
"""

import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from dimse.upper_layer.errors import (
    AbortReason,
    ConnectionLostError,
    DeadlineError,
    ProtocolError,
    StoppingError,
)
from dimse.upper_layer.pdu import PDU_HEADER, PDU_HEADER_LENGTH, PduType

MAX_PDU_LENGTH: Final = 128 * 1024  # what we announce; dcmtk sends no longer ones anyway
MAX_ASSOCIATE_LENGTH: Final = 1024 * 1024  # 128 contexts of 30 syntaxes are about 250 KiB
# Some senders count the PDU or PDV header into, some out of, the length we announced.
_HEADER_SLACK: Final = 12
_FIRST_BUFFER: Final = 16 * 1024
_TICK_S: Final = 1.0  # how often a waiting thread looks at the clock and at `stopping`
_LINGER_BYTES: Final = 1024 * 1024

_MAX_LENGTH: Final[dict[int, int]] = {
    PduType.ASSOCIATE_RQ: MAX_ASSOCIATE_LENGTH,
    PduType.ASSOCIATE_AC: MAX_ASSOCIATE_LENGTH,
    PduType.ASSOCIATE_RJ: 4,
    PduType.DATA: MAX_PDU_LENGTH + _HEADER_SLACK,
    PduType.RELEASE_RQ: 4,
    PduType.RELEASE_RP: 4,
    PduType.ABORT: 4,
}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Deadlines in seconds.

    `associate_s` is the ARTIM timer (PS3.8 9.1.5): it bounds the wait for the A-ASSOCIATE PDU,
    and again its reception; `pdu_s` bounds every later PDU, received or sent; `idle_s` the
    silence between messages; `response_s` the wait for the answer to a request of ours;
    `stopping_s` the silence while the service shuts down; `close_s` the wait for the peer to
    close after we are done.
    """

    connect_s: float = 10.0
    associate_s: float = 10.0
    pdu_s: float = 30.0
    idle_s: float = 60.0
    response_s: float = 120.0
    stopping_s: float = 2.0
    close_s: float = 1.0


def _never() -> bool:
    return False


def _nothing() -> None:
    return None


class Connection:
    """A connected socket, read and written by one thread.

    Parameters
    ----------
    sock : socket.socket
        Connected stream socket; the connection owns it from now on.
    timeouts : Timeouts
        Deadlines.
    stopping : Callable
        Whether the service is shutting down; asked about once a second while waiting.
    on_idle : Callable
        Called once when a wait becomes longer than a second, to let go of what idles along.
    """

    def __init__(
        self,
        sock: socket.socket,
        timeouts: Timeouts,
        stopping: Callable[[], bool] = _never,
        on_idle: Callable[[], None] = _nothing,
    ) -> None:
        self._socket = sock
        self.timeouts = timeouts
        self._stopping = stopping
        self._on_idle = on_idle
        self._buffer = bytearray(_FIRST_BUFFER)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0
        sock.settimeout(_TICK_S)
        configure(sock)

    def read_pdu(self, wait_s: float) -> tuple[int, memoryview]:
        """Return type and body of the next PDU; the body is valid until the next call.

        Parameters
        ----------
        wait_s : float
            How long the first byte may take.

        Raises
        ------
        ProtocolError
            The type is unknown or the length above the cap of its type.
        DeadlineError, StoppingError, ConnectionLostError
            See there.
        """
        if self._start == self._end:
            self._start = self._end = 0
            self._receive_first(wait_s)
        deadline = monotonic() + min(self.timeouts.pdu_s, wait_s)
        self._require(PDU_HEADER_LENGTH, deadline)
        kind, length = PDU_HEADER.unpack_from(self._view, self._start)
        _check_header(kind, length)
        self._require(PDU_HEADER_LENGTH + length, deadline)
        body = self._start + PDU_HEADER_LENGTH
        self._start = body + length
        return kind, self._view[body : self._start]

    def has_input(self) -> bool:
        """Say, without waiting, whether bytes have arrived (or the peer has closed)."""
        if self._start < self._end:
            return True
        self._start = self._end = 0
        self._socket.settimeout(0)
        try:
            return self._receive_some() != 0
        except BlockingIOError:
            return False
        finally:
            self._socket.settimeout(_TICK_S)

    def send(self, data: bytes | bytearray | memoryview) -> None:
        """Send all of `data` within the deadline of a PDU.

        Raises
        ------
        DeadlineError, ConnectionLostError
            The peer does not read, or is gone.
        """
        rest = memoryview(data)
        deadline = monotonic() + self.timeouts.pdu_s
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except TimeoutError:
                pass
            except OSError as error:
                raise ConnectionLostError(str(error)) from error
            if rest and monotonic() > deadline:
                raise DeadlineError("the peer does not read what is sent")

    def close(self, *, linger: bool = True) -> None:
        """Close; with `linger` the peer gets `close_s` to read the last PDU and close first.

        Closing at once with unread input would send a reset, which may overtake our last PDU
        (PS3.8 state Sta13 waits for the same reason).
        """
        try:
            if linger:
                self._linger()
        except OSError:
            pass
        finally:
            self._socket.close()

    def shut(self) -> None:
        """Break the connection from another thread: the owner's next read or write fails."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _linger(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)
        deadline, budget = monotonic() + self.timeouts.close_s, _LINGER_BYTES
        self._socket.settimeout(self.timeouts.close_s)
        while budget > 0 and monotonic() < deadline:
            got = self._socket.recv_into(self._view)
            if got == 0:
                return
            budget -= got

    def _require(self, needed: int, deadline: float) -> None:
        """Receive until `needed` bytes of the current PDU are in the buffer."""
        while self._end - self._start < needed:
            self._make_room(needed)
            try:
                self._receive_some()
            except TimeoutError:
                pass
            if self._end - self._start < needed and monotonic() > deadline:
                raise DeadlineError("the peer took too long over one PDU")

    def _receive_first(self, wait_s: float) -> None:
        begun, idle = monotonic(), False
        while True:
            try:
                self._receive_some()
                return
            except TimeoutError:
                waited = monotonic() - begun
            if waited > wait_s:
                raise DeadlineError("the peer is silent")
            if waited > self.timeouts.stopping_s and self._stopping():
                raise StoppingError("the service is shutting down")
            if not idle:
                idle = True
                self._on_idle()

    def _receive_some(self) -> int:
        try:
            got = self._socket.recv_into(self._view[self._end :])
        except (TimeoutError, BlockingIOError):
            raise
        except OSError as error:
            raise ConnectionLostError(str(error)) from error
        if got == 0:
            raise ConnectionLostError("the peer closed the connection")
        self._end += got
        return got

    def _make_room(self, needed: int) -> None:
        """Make the buffer take more; it grows only as bytes come, never as a length claims."""
        if self._start and self._start + needed > len(self._buffer):
            held = self._end - self._start
            self._view[:held] = self._view[self._start : self._end]
            self._start, self._end = 0, held
        if self._end == len(self._buffer):
            grown = bytearray(min(2 * len(self._buffer), max(needed, 2 * MAX_PDU_LENGTH + 64)))
            grown[: self._end] = self._view[: self._end]
            self._buffer, self._view = grown, memoryview(grown)


def _check_header(kind: int, length: int) -> None:
    limit = _MAX_LENGTH.get(kind)
    if limit is None:
        raise ProtocolError(f"PDU type {kind:#04x}", AbortReason.UNRECOGNIZED_PDU)
    if length > limit:
        raise ProtocolError(f"PDU of type {kind:#04x} claims {length} bytes")


def configure(sock: socket.socket) -> None:
    """Set the options every association needs.

    Without TCP_NODELAY a response waits for the acknowledgement of the one before; keep-alive
    finds peers that vanished without a word.
    """
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)
