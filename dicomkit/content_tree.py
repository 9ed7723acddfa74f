"""The content tree of a structured report, read without trust and without the rest of it.

References: PS3.3 C.17.3 (SR Document Content Module), C.18.1 (numeric), C.18.6 and C.18.9 (spatial
coordinates); PS3.5 6.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from dicomkit import tags
from dicomkit.dataset import DataSet, Header
from dicomkit.errors import Part10Error
from dicomkit.source import Source

# More than any report in use has, and little enough to be read while somebody waits.
MAX_ITEMS: Final = 20_000
MAX_DEPTH: Final = 24
_MAX_TEXT: Final = 1024

_CODE_VALUES: Final = (0x00080100, 0x00080119, 0x00080120)
_CODING_SCHEME: Final = 0x00080102
_CODE_MEANING: Final = 0x00080104
_SOP_CLASS: Final = 0x00081150
_FRAMES: Final = 0x00081160
_REFERENCED_SOP_SEQUENCE: Final = 0x00081199
_RELATIONSHIP: Final = 0x0040A010
_VALUE_TYPE: Final = 0x0040A040
_PERSON_NAME: Final = 0x0040A123
_UID: Final = 0x0040A124
_TEXT: Final = 0x0040A160
_CONCEPT_CODE_SEQUENCE: Final = 0x0040A168
_MEASURED_VALUE_SEQUENCE: Final = 0x0040A300
_NUMERIC_VALUE: Final = 0x0040A30A
_UNITS: Final = 0x004008EA
_REFERENCED_ITEM: Final = 0x0040DB73
_GRAPHIC_DATA: Final = 0x00700022
_GRAPHIC_TYPE: Final = 0x00700023
_FRAME_OF_REFERENCE: Final = 0x30060024


@dataclass(frozen=True, slots=True)
class Code:
    """A code; blank where there is none."""

    value: str = ""
    scheme: str = ""
    meaning: str = ""


@dataclass(slots=True)
class Item:
    """A content item; what its value type does not have is blank.

    Attributes
    ----------
    number : float or None
        Of a NUM; its unit is `unit`.
    graphic : tuple of float
        Graphic Data, as it stands.
    target : tuple of int
        Of a reference to another item: where that is, counted from 1 at the root.
    """

    value_type: str = ""
    relationship: str = ""
    name: Code = Code()
    text: str = ""
    code: Code = Code()
    number: float | None = None
    unit: Code = Code()
    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    frame: int = 1
    graphic_type: str = ""
    graphic: tuple[float, ...] = ()
    frame_of_reference_uid: str = ""
    target: tuple[int, ...] = ()
    children: list["Item"] = field(default_factory=list)

    def at(self, path: tuple[int, ...]) -> "Item | None":
        """Return the item of a Referenced Content Item Identifier, seen from the root."""
        item = self
        for place in path[1:]:
            if not 1 <= place <= len(item.children):
                return None
            item = item.children[place - 1]
        return item


class TooLargeError(Part10Error):
    """The tree has more items, or is deeper, than anybody waits for."""


def read_tree(header: Header, source: Source) -> Item:
    """Return the root of a report's content.

    Parameters
    ----------
    source : Source
        The file (`dicomkit.part10.open_source`).

    Raises
    ------
    Part10Error
        What is wrong with its sequences; `TooLargeError`.
    """
    reader = _Reader(source)
    return reader.item(header, 0)


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source, self._left = source, MAX_ITEMS

    def item(self, data_set: DataSet, depth: int) -> Item:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise TooLargeError("content", "The report has too many content items.")
        item = Item(
            value_type=data_set.get_text(_VALUE_TYPE) or "",
            relationship=data_set.get_text(_RELATIONSHIP) or "",
            name=self._code(data_set, tags.CONCEPT_NAME_CODE_SEQUENCE),
            target=tuple(data_set.get_ints(_REFERENCED_ITEM)),
        )
        self._read_value(data_set, item)
        children = data_set.sequence(tags.CONTENT_SEQUENCE, self._source)
        item.children = [self.item(child, depth + 1) for child in children]
        return item

    def _read_value(self, data_set: DataSet, item: Item) -> None:
        kind = item.value_type
        if kind in {"TEXT", "PNAME", "UIDREF"}:
            tag = {"TEXT": _TEXT, "PNAME": _PERSON_NAME, "UIDREF": _UID}[kind]
            item.text = (data_set.get_text(tag) or "")[:_MAX_TEXT]
        elif kind == "CODE":
            item.code = self._code(data_set, _CONCEPT_CODE_SEQUENCE)
        elif kind == "NUM":
            self._read_number(data_set, item)
        elif kind in {"SCOORD", "SCOORD3D"}:
            item.graphic_type = data_set.get_text(_GRAPHIC_TYPE) or ""
            item.graphic = tuple(data_set.get_floats(_GRAPHIC_DATA))
            item.frame_of_reference_uid = data_set.get_text(_FRAME_OF_REFERENCE) or ""
        elif kind in {"IMAGE", "COMPOSITE"}:
            self._read_reference(data_set, item)

    def _read_number(self, data_set: DataSet, item: Item) -> None:
        for value in data_set.sequence(_MEASURED_VALUE_SEQUENCE, self._source)[:1]:
            item.number = value.get_float(_NUMERIC_VALUE)
            item.unit = self._code(value, _UNITS)

    def _read_reference(self, data_set: DataSet, item: Item) -> None:
        for reference in data_set.sequence(_REFERENCED_SOP_SEQUENCE, self._source)[:1]:
            item.sop_class_uid = reference.get_text(_SOP_CLASS) or ""
            item.sop_instance_uid = reference.get_text(tags.REFERENCED_SOP_INSTANCE_UID) or ""
            item.frame = max(reference.get_int(_FRAMES) or 1, 1)

    def _code(self, data_set: DataSet, tag: int) -> Code:
        for item in data_set.sequence(tag, self._source)[:1]:
            values: Iterator[str] = (item.get_text(one) or "" for one in _CODE_VALUES)
            return Code(
                next(filter(None, values), "")[:_MAX_TEXT],
                (item.get_text(_CODING_SCHEME) or "")[:16],
                (item.get_text(_CODE_MEANING) or "")[:_MAX_TEXT],
            )
        return Code()
