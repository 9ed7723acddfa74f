"""An established association: messages in, messages out, by one thread (PS3.8 state Sta6)."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from dimse.upper_layer.command import (
    MAX_COMMAND_BYTES,
    CommandField,
    CommandSet,
    Tag,
    decode_command,
)
from dimse.upper_layer.connection import Connection, Timeouts
from dimse.upper_layer.errors import (
    AbortReason,
    AbortSource,
    ConnectionLostError,
    ProtocolError,
    ReleasedError,
    UpperLayerError,
)
from dimse.upper_layer.pdu import (
    PDV_HEADER_LENGTH,
    PduType,
    encode_abort,
    encode_release_reply,
    encode_release_request,
)
from dimse.upper_layer.pdv import FRAME_LENGTH, Pdv, fragment, frame, split

_MAX_SENT_LENGTH: Final = 128 * 1024  # our limit where the peer announces none, or more
MIN_PEER_LENGTH: Final = 128  # shorter PDUs would be headers more than content
_SEND_BUFFER: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Context:
    """An accepted presentation context and the roles agreed for it.

    `peer_scu`: the peer may send requests on it; `peer_scp`: we may.
    """

    context_id: int
    abstract_syntax: str
    transfer_syntax: str
    peer_scu: bool = True
    peer_scp: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A received command set and the context it came on."""

    context: Context
    command: CommandSet


class Association:
    """Sends and receives DIMSE messages over a connection.

    Parameters
    ----------
    connection : Connection
        The connection, after A-ASSOCIATE-AC.
    contexts : Mapping of int to Context
        Accepted contexts by ID.
    peer_max_length : int
        Maximum PDU length the peer announced; 0 is no limit (PS3.8 D.1.1).
    """

    def __init__(
        self, connection: Connection, contexts: Mapping[int, Context], peer_max_length: int
    ) -> None:
        self._connection = connection
        self.contexts = contexts
        limit = min(peer_max_length or _MAX_SENT_LENGTH, _MAX_SENT_LENGTH)
        self._max_payload = (limit - PDV_HEADER_LENGTH) & ~1
        self._fragments: deque[Pdv] = deque()  # of the PDU read last
        self._in_message: Context | None = None  # a data set of this context is still coming

    @property
    def timeouts(self) -> Timeouts:
        """Deadlines of the connection."""
        return self._connection.timeouts

    def receive(self, wait_s: float) -> Message:
        """Return the next command; its data set, if any, is read with `data_fragments`.

        Raises
        ------
        ReleasedError
            The peer asked for a release instead, and was answered.
        UpperLayerError
            The association is at its end.
        """
        self.discard_data()
        first = self._next_fragment(wait_s)
        context = self.contexts.get(first.context_id)
        if context is None or not first.is_command:
            raise ProtocolError("fragment of no accepted context, or data set without command")
        message = Message(context, decode_command(self._command_bytes(first)))
        self._in_message = context if message.command.has_data_set else None
        return message

    def data_fragments(self) -> Iterator[memoryview]:
        """Yield the fragments of the message's data set; each dies with the next.

        Raises
        ------
        UpperLayerError
            The association ends amid the data set.
        """
        while self._in_message is not None:
            fragment_ = self._next_fragment(self.timeouts.pdu_s)
            if fragment_.is_command or fragment_.context_id != self._in_message.context_id:
                raise ProtocolError("another message begins amid a data set")
            if fragment_.is_last:
                self._in_message = None
            yield fragment_.data

    def read_data(self, limit: int) -> bytes:
        """Return the message's data set whole.

        Raises
        ------
        ProtocolError
            It is longer than `limit` bytes.
        """
        data = bytearray()
        for part in self.data_fragments():
            data += part
            if len(data) > limit:
                raise ProtocolError(f"identifier longer than {limit} bytes")
        return bytes(data)

    def discard_data(self) -> None:
        """Read past what is left of the message's data set."""
        for _part in self.data_fragments():
            pass

    def cancelled(self, message_id: int) -> bool:
        """Say, without waiting, whether a C-CANCEL for `message_id` has arrived (PS3.7 9.3.2.3).

        Raises
        ------
        ProtocolError
            Another request arrived: one operation at a time was agreed (PS3.7 D.3.3.3).
        """
        while self._fragments or self._connection.has_input():
            message = self.receive(self.timeouts.pdu_s)
            if message.command.field != CommandField.C_CANCEL:
                raise ProtocolError("a request amid another one", AbortReason.UNEXPECTED_PDU)
            if message.command.number(Tag.MESSAGE_ID_BEING_RESPONDED_TO) == message_id:
                return True
        return False

    def encode(self, context: Context, command: bytes, data: bytes | None = None) -> bytes:
        """Return a message as PDUs, for one `send` of several."""
        encoded = fragment(context.context_id, command, self._max_payload, is_command=True)
        if data is not None:
            encoded += fragment(context.context_id, data, self._max_payload, is_command=False)
        return encoded

    def send(self, context: Context, command: bytes, data: bytes | None = None) -> None:
        """Send a message."""
        self._connection.send(self.encode(context, command, data))

    def send_encoded(self, messages: bytes | bytearray) -> None:
        """Send messages that `encode` made."""
        self._connection.send(messages)

    def send_stream(self, context: Context, command: bytes, data: BinaryIO, length: int) -> None:
        """Send a message whose data set is read from a stream, a buffer at a time.

        Parameters
        ----------
        context : Context
            Context of the message.
        command : bytes
            Encoded command set.
        data : BinaryIO
            Positioned at the data set.
        length : int
            Bytes of the data set.

        Raises
        ------
        EOFError
            The stream ends early; the association can only be aborted then.
        """
        self._connection.send(self.encode(context, command))
        payload = self._max_payload
        buffer = bytearray(max(_SEND_BUFFER, FRAME_LENGTH + payload))
        view, used = memoryview(buffer), 0
        while length > 0:
            size = min(payload, length)
            if used + FRAME_LENGTH + size > len(buffer):
                self._connection.send(view[:used])
                used = 0
            length -= size
            body = used + FRAME_LENGTH
            view[used:body] = frame(context.context_id, size, is_command=False, is_last=length == 0)
            used = body + size
            _read_exactly(data, view[body:used])
        self._connection.send(view[:used])

    def release(self) -> None:
        """End the association in order, as its requestor (PS3.8 7.2)."""
        try:
            self._connection.send(encode_release_request())
            while self._connection.read_pdu(self.timeouts.pdu_s)[0] == PduType.DATA:
                pass
        except UpperLayerError:
            pass
        self._connection.close(linger=False)

    def close(self) -> None:
        """Wait a moment for the peer to close, after a release, and close."""
        self._connection.close()

    def abort(self, source: AbortSource, reason: AbortReason = AbortReason.NOT_SPECIFIED) -> None:
        """End the association at once (PS3.8 7.3, 7.4)."""
        try:
            self._connection.send(encode_abort(source, reason))
        except UpperLayerError:
            pass
        self._connection.close()

    def _command_bytes(self, first: Pdv) -> bytes:
        data, current = bytearray(first.data), first
        while not current.is_last:
            current = self._next_fragment(self.timeouts.pdu_s)
            if not current.is_command or current.context_id != first.context_id:
                raise ProtocolError("another message begins amid a command")
            data += current.data
            if len(data) > MAX_COMMAND_BYTES:
                raise ProtocolError("command set too long")
        return bytes(data)

    def _next_fragment(self, wait_s: float) -> Pdv:
        if not self._fragments:
            self._fragments.extend(split(self._next_data(wait_s)))
        return self._fragments.popleft()

    def _next_data(self, wait_s: float) -> memoryview:
        """Return the body of the next P-DATA-TF; every other PDU ends the association."""
        kind, body = self._connection.read_pdu(wait_s)
        if kind == PduType.DATA:
            return body
        if kind == PduType.RELEASE_RQ:
            self._connection.send(encode_release_reply())
            raise ReleasedError("released by the peer")
        if kind == PduType.ABORT:
            raise ConnectionLostError("aborted by the peer")
        raise ProtocolError(f"PDU {PduType(kind).name} amid data", AbortReason.UNEXPECTED_PDU)


def _read_exactly(stream: BinaryIO, target: memoryview) -> None:
    while target:
        got = stream.readinto(target)  # type: ignore[attr-defined]
        if not got:
            raise EOFError("the stored file is shorter than its index says")
        target = target[got:]
