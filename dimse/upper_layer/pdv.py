"""Presentation data values: the fragments of messages inside P-DATA-TF PDUs (PS3.8 9.3.5, E)."""

from typing import Final, NamedTuple

from dimse.upper_layer.errors import ProtocolError
from dimse.upper_layer.pdu import (
    PDU_HEADER,
    PDU_HEADER_LENGTH,
    PDV_HEADER,
    PDV_HEADER_LENGTH,
    PduType,
)

_COMMAND: Final = 0x01  # message control header, bit 0: PS3.8 E.2
_LAST: Final = 0x02  # bit 1
FRAME_LENGTH: Final = PDU_HEADER_LENGTH + PDV_HEADER_LENGTH


class Pdv(NamedTuple):
    """One fragment; `data` lives in the receive buffer and dies with the next read."""

    context_id: int
    is_command: bool
    is_last: bool
    data: memoryview


def split(body: memoryview) -> list[Pdv]:
    """Split the body of a P-DATA-TF into its fragments.

    Raises
    ------
    ProtocolError
        A fragment overruns the PDU, or there is none.
    """
    fragments: list[Pdv] = []
    offset, end = 0, len(body)
    while offset < end:
        if end - offset < PDV_HEADER_LENGTH:
            raise ProtocolError("fragment header overruns its PDU")
        length, context_id, control = PDV_HEADER.unpack_from(body, offset)
        stop = offset + 4 + length  # the length counts context ID and control as well
        if length < 2 or stop > end:
            raise ProtocolError("fragment overruns its PDU")
        data = body[offset + PDV_HEADER_LENGTH : stop]
        fragments.append(Pdv(context_id, bool(control & _COMMAND), bool(control & _LAST), data))
        offset = stop
    if not fragments:
        raise ProtocolError("P-DATA-TF without a fragment")
    return fragments


def frame(context_id: int, length: int, *, is_command: bool, is_last: bool) -> bytes:
    """Return the headers that precede one fragment of `length` bytes in a PDU of its own."""
    control = _COMMAND * is_command | _LAST * is_last
    return PDU_HEADER.pack(PduType.DATA, length + PDV_HEADER_LENGTH) + PDV_HEADER.pack(
        length + 2, context_id, control
    )


def fragment(context_id: int, data: bytes, max_payload: int, *, is_command: bool) -> bytes:
    """Return the PDUs that carry the whole of `data`, each fragment at most `max_payload`."""
    if len(data) <= max_payload:
        return frame(context_id, len(data), is_command=is_command, is_last=True) + data
    parts: list[bytes] = []
    for start in range(0, len(data), max_payload):
        part = data[start : start + max_payload]
        is_last = start + max_payload >= len(data)
        parts += (frame(context_id, len(part), is_command=is_command, is_last=is_last), part)
    return b"".join(parts)
