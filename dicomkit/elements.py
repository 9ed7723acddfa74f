"""Data elements as they were found."""

from typing import NamedTuple


class Element(NamedTuple):
    """One data element.

    ``value`` is ``None`` when it was only located. ``offset`` is that of the value, counted from
    the start of the file (of the inflated data set when ``Header.deflated``). ``length`` leaves
    out a Sequence Delimitation Item; ``undefined`` says that there is one.
    """

    vr: str
    value: bytes | None
    offset: int
    length: int
    undefined: bool = False


class PixelData(NamedTuple):
    """Where the pixels are; ``length`` is ``None`` when undefined (encapsulated)."""

    tag: int
    vr: str
    offset: int
    length: int | None
