"""DIMSE command sets: group 0000 in Implicit VR Little Endian (PS3.7 6.3.1, 9.3, annex E)."""

from collections.abc import Mapping
from enum import IntEnum
from struct import Struct
from typing import Final

from dimse.upper_layer.errors import ProtocolError

NO_DATA_SET: Final = 0x0101  # PS3.7 E.1: any other value says that a data set follows
DATA_SET_FOLLOWS: Final = 0x0001
PRIORITY_MEDIUM: Final = 0x0000
MAX_COMMAND_BYTES: Final = 64 * 1024  # real ones stay under 1 KiB
ERROR_COMMENT_LENGTH: Final = 64  # LO: PS3.7 C.1

RESPONSE: Final = 0x8000  # PS3.7 E.1: set in the command field of every response


class CommandField(IntEnum):
    """Command fields of the requests (PS3.7 E.1); a response sets the highest bit as well."""

    C_STORE = 0x0001
    C_GET = 0x0010
    C_FIND = 0x0020
    C_MOVE = 0x0021
    C_ECHO = 0x0030
    C_CANCEL = 0x0FFF


class Tag(IntEnum):
    """Elements of the command group (PS3.7 E.1)."""

    GROUP_LENGTH = 0x0000
    AFFECTED_SOP_CLASS_UID = 0x0002
    COMMAND_FIELD = 0x0100
    MESSAGE_ID = 0x0110
    MESSAGE_ID_BEING_RESPONDED_TO = 0x0120
    MOVE_DESTINATION = 0x0600
    PRIORITY = 0x0700
    DATA_SET_TYPE = 0x0800
    STATUS = 0x0900
    OFFENDING_ELEMENT = 0x0901
    ERROR_COMMENT = 0x0902
    AFFECTED_SOP_INSTANCE_UID = 0x1000
    REMAINING = 0x1020
    COMPLETED = 0x1021
    FAILED = 0x1022
    WARNING = 0x1023
    MOVE_ORIGINATOR_AE_TITLE = 0x1030
    MOVE_ORIGINATOR_MESSAGE_ID = 0x1031


_ELEMENT: Final = Struct("<HHI")
_UINT16: Final = Struct("<H")
_UINT32: Final = Struct("<I")
_UID_TAGS: Final = frozenset({Tag.AFFECTED_SOP_CLASS_UID, Tag.AFFECTED_SOP_INSTANCE_UID})

CommandValue = int | str | tuple[int, ...]


class CommandSet:
    """A received command set.

    Parameters
    ----------
    elements : Mapping of int to bytes
        Raw values by element number (the group is 0000).
    """

    __slots__ = ("_elements",)

    def __init__(self, elements: Mapping[int, bytes]) -> None:
        self._elements = elements

    def number(self, tag: Tag) -> int:
        """Return a US value.

        Raises
        ------
        ProtocolError
            The element is missing or not two bytes long.
        """
        value = self._elements.get(tag, b"")
        if len(value) != 2:
            raise ProtocolError(f"command element {tag.name} is missing or malformed")
        return int(_UINT16.unpack(value)[0])

    def optional_number(self, tag: Tag, default: int = 0) -> int:
        """Return a US value, or `default` when the element is missing."""
        return self.number(tag) if tag in self._elements else default

    def text(self, tag: Tag) -> str:
        """Return a UI, AE or LO value without its padding; blank when missing."""
        value = self._elements.get(tag, b"")
        # One NUL pads a UID (PS3.5 9.1); any further one is content, and refused as such.
        value = value[:-1] if tag in _UID_TAGS and value[-1:] == b"\0" else value
        return value.decode("latin-1").strip(" ")

    @property
    def field(self) -> int:
        """Command field."""
        return self.number(Tag.COMMAND_FIELD)

    @property
    def message_id(self) -> int:
        """Message ID of a request."""
        return self.number(Tag.MESSAGE_ID)

    @property
    def has_data_set(self) -> bool:
        """Whether a data set follows."""
        return self.number(Tag.DATA_SET_TYPE) != NO_DATA_SET


def decode_command(data: bytes) -> CommandSet:
    """Decode a command set.

    Raises
    ------
    ProtocolError
        An element overruns the set or is not of group 0000.
    """
    elements: dict[int, bytes] = {}
    offset, end = 0, len(data)
    while offset < end:
        if end - offset < _ELEMENT.size:
            raise ProtocolError("command element overruns its set")
        group, element, length = _ELEMENT.unpack_from(data, offset)
        offset += _ELEMENT.size
        if group != 0 or length > end - offset:
            raise ProtocolError("command element overruns its set or is of another group")
        elements[element] = data[offset : offset + length]
        offset += length
    return CommandSet(elements)


def encode_command(values: Mapping[Tag, CommandValue]) -> bytes:
    """Encode a command set, its group length first.

    Parameters
    ----------
    values : Mapping of Tag to int, str or tuple of int
        Integers are US, strings UI, AE or LO, tuples lists of tags (AT).
    """
    body = b"".join(_encode_element(tag, values[tag]) for tag in sorted(values))
    return _ELEMENT.pack(0, Tag.GROUP_LENGTH, 4) + _UINT32.pack(len(body)) + body


def _encode_element(tag: Tag, value: CommandValue) -> bytes:
    if isinstance(value, int):
        return _ELEMENT.pack(0, tag, 2) + _UINT16.pack(value)
    if isinstance(value, tuple):
        raw = b"".join(_UINT16.pack(item >> 16) + _UINT16.pack(item & 0xFFFF) for item in value)
    else:
        raw = value.encode("ascii", "replace")
        raw += (b"\0" if tag in _UID_TAGS else b" ") * (len(raw) % 2)
    return _ELEMENT.pack(0, tag, len(raw)) + raw


def request(
    field: CommandField, message_id: int, extra: Mapping[Tag, CommandValue], *, data_set: bool
) -> bytes:
    """Encode a request (PS3.7 9.3)."""
    return encode_command(
        {
            Tag.COMMAND_FIELD: int(field),
            Tag.MESSAGE_ID: message_id,
            Tag.DATA_SET_TYPE: DATA_SET_FOLLOWS if data_set else NO_DATA_SET,
            **extra,
        }
    )


def response(
    command: CommandSet,
    status: int,
    extra: Mapping[Tag, CommandValue] | None = None,
    *,
    data_set: bool = False,
) -> bytes:
    """Encode the response to a request (PS3.7 9.3).

    Parameters
    ----------
    command : CommandSet
        The request; its message ID and SOP class UID go back.
    status : int
        See `dimse.status`.
    extra : Mapping, optional
        Further elements, e.g. an error comment (cut at 64 characters).
    data_set : bool
        Whether a data set follows.
    """
    values: dict[Tag, CommandValue] = {
        Tag.COMMAND_FIELD: command.field | RESPONSE,
        Tag.MESSAGE_ID_BEING_RESPONDED_TO: command.message_id,
        Tag.DATA_SET_TYPE: DATA_SET_FOLLOWS if data_set else NO_DATA_SET,
        Tag.STATUS: status,
        **(extra or {}),
    }
    sop_class_uid = command.text(Tag.AFFECTED_SOP_CLASS_UID)
    if sop_class_uid:
        values[Tag.AFFECTED_SOP_CLASS_UID] = sop_class_uid
    comment = values.get(Tag.ERROR_COMMENT)
    if isinstance(comment, str):
        values[Tag.ERROR_COMMENT] = comment[:ERROR_COMMENT_LENGTH]
    return encode_command(values)
