"""How a data set is laid out in bytes: implicit or explicit VR, byte order (PS3.5 7)."""

from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from dicomkit.vr import LONG_FORM, SHORT_FORM

UNDEFINED_LENGTH: Final = 0xFFFFFFFF
ITEM_GROUP: Final = 0xFFFE


@dataclass(frozen=True, slots=True)
class Encoding:
    """VR and byte order of a data set, with the readers that follow from them."""

    implicit: bool
    big_endian: bool
    order: str = field(init=False)
    short_head: Struct = field(init=False, repr=False)
    long_head: Struct = field(init=False, repr=False)
    uint32: Struct = field(init=False, repr=False)

    def __post_init__(self) -> None:
        order = ">" if self.big_endian else "<"
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "short_head", Struct(f"{order}HH2sH"))
        object.__setattr__(self, "long_head", Struct(f"{order}HHI"))
        object.__setattr__(self, "uint32", Struct(f"{order}I"))


IMPLICIT_LITTLE: Final = Encoding(implicit=True, big_endian=False)
EXPLICIT_LITTLE: Final = Encoding(implicit=False, big_endian=False)
EXPLICIT_BIG: Final = Encoding(implicit=False, big_endian=True)

_HEAD_MAX: Final = 12


def parse_head(data: bytes, index: int, encoding: Encoding) -> tuple[int, str | None, int, int]:
    """Read tag, VR, length and size of an element's head.

    Parameters
    ----------
    data : bytes
        Holds at least 8 bytes from `index`, and 12 when the data set goes on so far.
    index : int
        Where the element begins.
    encoding : Encoding
        Layout of the data set.

    Returns
    -------
    tuple
        Tag, VR (``None`` when it is implicit, ``UN`` when nobody knows it), length of the value
        (may be ``UNDEFINED_LENGTH``), bytes of the head.

    References: PS3.5 7.1.2, 7.1.3.
    """
    group, element, length = encoding.long_head.unpack_from(data, index)
    tag = group << 16 | element
    if encoding.implicit or group == ITEM_GROUP:
        return tag, None, length, 8
    _, _, code, short = encoding.short_head.unpack_from(data, index)
    if vr := SHORT_FORM.get(code):
        return tag, vr, short, 8
    if vr := LONG_FORM.get(code):
        return tag, vr, _long_length(data, index, encoding), _HEAD_MAX
    return _unknown_vr(data, index, encoding, (tag, code, short, length))


def _long_length(data: bytes, index: int, encoding: Encoding) -> int:
    if index + _HEAD_MAX > len(data):
        return 0 if index + 8 == len(data) else UNDEFINED_LENGTH - 1
    return int(encoding.uint32.unpack_from(data, index + 8)[0])


def _unknown_vr(
    data: bytes, index: int, encoding: Encoding, head: tuple[int, bytes, int, int]
) -> tuple[int, str | None, int, int]:
    """Read an element whose VR is not one: one of the future, a mistake, or left out.

    PS3.5 7.1.2 gives VRs to come the 32 bit form. Its reserved zero bytes tell it from the 16 bit
    form; two bytes that are no capitals can only be the length of an implicit element.
    """
    tag, code, short, implicit_length = head
    if not code.isalpha() and code != b"??":
        return tag, None, implicit_length, 8
    if short == 0 and index + _HEAD_MAX <= len(data):
        return tag, "UN", _long_length(data, index, encoding), _HEAD_MAX
    return tag, "UN", short, 8


def has_explicit_vr(head: bytes) -> bool:
    """Tell whether the first 8 bytes of an element hold a VR that exists.

    As the length of an implicit element the same bytes would stand for more than 16 KiB, which
    no first element of a data set or item has.
    """
    return head[4:6] in SHORT_FORM or head[4:6] in LONG_FORM
