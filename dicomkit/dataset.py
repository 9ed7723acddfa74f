"""What was read: elements, and the ways to ask a data set for their values."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from dicomkit import charset, tags
from dicomkit.elements import Element, PixelData
from dicomkit.encoding import Encoding
from dicomkit.errors import Part10Error
from dicomkit.scan import scan_items
from dicomkit.source import DEFAULT, BytesSource, Source, Window
from dicomkit.vr import BINARY_VRS, CHARACTER_SET_VRS, SINGLE_TEXT_VRS, STRUCT_CODES
from dicomkit.walk import Budget

_PADDING: Final = " \0"


@dataclass(slots=True)
class DataSet:
    """Elements of a data set or of an item of a sequence.

    ``character_sets`` are the values of (0008,0005), for items inherited from the outside.
    """

    elements: dict[int, Element]
    encoding: Encoding
    character_sets: tuple[str, ...] = ()
    # Pixel Representation of the surrounding data set, which settles 'US or SS' in items.
    signed: bool = field(default=False, repr=False)

    def __contains__(self, tag: int) -> bool:
        return tag in self.elements

    def get_text(self, tag: int) -> str | None:
        """Return the value as one text, trimmed, values joined by backslashes.

        ``None`` when the element is absent or was only located; numbers are written out.
        NUL characters never appear.
        """
        element = self.elements.get(tag)
        if element is None or element.value is None:
            return None
        if element.vr in SINGLE_TEXT_VRS:
            return self._decode(element).replace("\0", "").rstrip()
        return "\\".join(self._values(element))

    def get_values(self, tag: int) -> list[str]:
        """Return the values as trimmed texts; empty when absent or of zero length."""
        element = self.elements.get(tag)
        if element is None or not element.value:
            return []
        return self._values(element)

    def get_int(self, tag: int) -> int | None:
        """Return the first value as a whole number, ``None`` when there is none."""
        number = self.get_float(tag)
        if number is None:
            return None
        try:
            return int(number)
        except (ValueError, OverflowError):
            return None

    def get_float(self, tag: int) -> float | None:
        """Return the first value as a number, ``None`` when there is none."""
        numbers = self.get_floats(tag)
        return numbers[0] if numbers else None

    def get_floats(self, tag: int) -> list[float]:
        """Return all values as numbers; empty when one of them is not a number."""
        element = self.elements.get(tag)
        if element is None or not element.value:
            return []
        if element.vr in STRUCT_CODES:
            return [float(number) for number in unpack_numbers(element, self.encoding)]
        try:
            return [float(value) for value in self._values(element) if value]
        except ValueError:
            return []

    def get_ints(self, tag: int) -> list[int]:
        """Return all values of a binary number element as whole numbers."""
        element = self.elements.get(tag)
        if element is None or not element.value or element.vr not in STRUCT_CODES:
            return []
        return [int(number) for number in unpack_numbers(element, self.encoding)]

    def is_signed(self) -> bool:
        """Tell whether Pixel Representation, here or outside, says two's complement."""
        element = self.elements.get(tags.PIXEL_REPRESENTATION)
        return self.signed if element is None or not element.value else any(element.value)

    def sequence(self, tag: int, source: Source | None = None) -> "list[DataSet]":
        """Return the items of a sequence; empty when it is absent or isn't one.

        Parameters
        ----------
        tag : int
            The sequence.
        source : Source, optional
            The file, for a sequence that was only located (`dicomkit.part10.open_source`).

        Raises
        ------
        Part10Error
            ``not-loaded`` without the source it needs, or what is wrong with the items.
        """
        element = self.elements.get(tag)
        if element is None or element.vr != "SQ":
            return []
        return list(self.items_of(element, source, Budget(DEFAULT)))

    def items_of(
        self, element: Element, source: Source | None, budget: Budget
    ) -> "Iterator[DataSet]":
        """Yield the items of one sequence, reading each when it is asked for."""
        if element.value is not None:
            source = BytesSource(element.value, element.offset)
        elif source is None:
            raise Part10Error("not-loaded", "The sequence is too long to be kept in the header.")
        window = Window(source, element.offset)
        signed = self.is_signed()
        for elements, encoding in scan_items(window, element, self.encoding, budget, signed=signed):
            sets = character_sets_of(elements)
            if sets is None:
                sets = self.character_sets
            yield DataSet(elements, encoding, sets, signed)

    def _values(self, element: Element) -> list[str]:
        if element.vr == "AT":
            return [f"{tag:08X}" for tag in unpack_tags(element.value or b"", self.encoding)]
        if element.vr in STRUCT_CODES and element.vr not in BINARY_VRS:
            return [str(number) for number in unpack_numbers(element, self.encoding)]
        # A NUL inside a UID must not vanish, or an invalid UID would become a valid one.
        text = self._decode(element).rstrip(_PADDING)
        text = text.replace("\0", " " if element.vr == "UI" else "")
        if element.vr in SINGLE_TEXT_VRS:
            return [text.rstrip()]
        values = [value.strip(_PADDING) for value in text.split("\\")]
        return [value.rstrip("=") for value in values] if element.vr == "PN" else values

    def _decode(self, element: Element) -> str:
        value = element.value or b""
        if element.vr in CHARACTER_SET_VRS or element.vr == "UN":
            return charset.decode(value, self.character_sets, person_name=element.vr == "PN")
        return charset.decode(value, ())


@dataclass(slots=True)
class Header(DataSet):
    """The header of a Part 10 object: everything up to Pixel Data.

    Attributes
    ----------
    transfer_syntax_uid : str
        As declared; guessed from the bytes when there is no File Meta Information.
    media_sop_class_uid, media_sop_instance_uid : str or None
        (0002,0002) and (0002,0003).
    meta : dict
        File Meta Information, group 0002.
    preamble : bytes
        128 bytes, or none.
    deflated : bool
        Offsets count in the inflated data set instead of in the file.
    data_offset : int
        Where in the file the data set (or its deflated form) begins.
    pixel_data : PixelData or None
        The outermost (Float, Double Float) Pixel Data.
    pixel_data_complete : bool
        The file is as long as the pixel data says; true when there is none.
    """

    transfer_syntax_uid: str = ""
    media_sop_class_uid: str | None = None
    media_sop_instance_uid: str | None = None
    meta: dict[int, Element] = field(default_factory=dict, repr=False)
    preamble: bytes = field(default=b"", repr=False)
    deflated: bool = False
    data_offset: int = 0
    pixel_data: PixelData | None = None
    pixel_data_complete: bool = True


def unpack_numbers(element: Element, encoding: Encoding) -> tuple[float, ...]:
    """Return the numbers of a binary number element; an incomplete last one is dropped."""
    code = STRUCT_CODES[element.vr]
    value = element.value or b""
    count = len(value) // struct.calcsize(f"={code}")
    return struct.unpack_from(f"{encoding.order}{count}{code}", value)


def unpack_tags(value: bytes, encoding: Encoding) -> list[int]:
    """Return the tags of an AT value as ``0xGGGGEEEE``."""
    halves = struct.unpack_from(f"{encoding.order}{len(value) // 4 * 2}H", value)
    return [group << 16 | element for group, element in zip(*[iter(halves)] * 2, strict=True)]


def character_sets_of(elements: dict[int, Element]) -> tuple[str, ...] | None:
    """Return the values of (0008,0005), ``None`` when it is absent or empty."""
    element = elements.get(tags.SPECIFIC_CHARACTER_SET)
    if element is None or not element.value:
        return None
    text = element.value.decode("ascii", "replace")
    return tuple(value.strip(_PADDING) for value in text.split("\\"))
