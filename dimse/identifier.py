"""Identifiers of C-FIND, C-MOVE and C-GET requests: what is asked, and whether it may be.

References: PS3.4 C.4.1.1.3 (identifier structure), C.4.1.2.1 and C.4.2.2.1 (hierarchical
search), C.6.1 and C.6.2 (Patient and Study Root).
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final

from pydicom.datadict import keyword_for_tag

from archive.query import Level
from dicomkit import tags
from dicomkit.dataset import DataSet
from dicomkit.errors import Part10Error
from dicomkit.part10 import Limits, read_header
from dimse.sop_classes import PATIENT_ROOT
from dimse.status import Find
from dimse.upper_layer.association import Association, Message

MAX_IDENTIFIER_BYTES: Final = 1024 * 1024  # 10,000 UIDs are 650 KB
_LIMITS: Final = Limits(
    max_elements=2000,
    max_nested=2000,
    max_depth=8,
    inline_value=MAX_IDENTIFIER_BYTES,
    max_header=2 * MAX_IDENTIFIER_BYTES,
    max_inflated=2 * MAX_IDENTIFIER_BYTES,
)
QUERY_RETRIEVE_LEVEL: Final = 0x00080052
_LEVELS: Final = {level.name: level for level in Level}
_UNIQUE_KEYS: Final = {
    Level.PATIENT: tags.PATIENT_ID,
    Level.STUDY: tags.STUDY_INSTANCE_UID,
    Level.SERIES: tags.SERIES_INSTANCE_UID,
    Level.IMAGE: tags.SOP_INSTANCE_UID,
}


class IdentifierError(Exception):
    """A request that is refused for its identifier.

    Parameters
    ----------
    comment : str
        Why, in at most 64 ASCII characters (Error Comment).
    offending : int
        Tags at fault (Offending Element).
    status : int
        The status to answer; A900 unless told otherwise.
    """

    def __init__(
        self,
        comment: str,
        *offending: int,
        status: int = Find.IDENTIFIER_DOES_NOT_MATCH_SOP_CLASS,
    ) -> None:
        super().__init__(comment)
        self.comment = comment
        self.offending = offending
        self.status = status


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a request; `items` holds the keys of the first item of a sequence."""

    tag: int
    keyword: str  # blank for private and unknown elements
    value: str = ""
    is_sequence: bool = False
    items: tuple["Key", ...] = ()


@dataclass(frozen=True, slots=True)
class Identifier:
    """A checked request: its level and keys, in Unicode."""

    level: Level
    keys: dict[int, Key]
    character_sets: tuple[str, ...]
    is_patient_root: bool

    def value(self, tag: int) -> str:
        """Return the value of a key; blank when it is not there."""
        key = self.keys.get(tag)
        return key.value if key else ""

    def unique_keys(self) -> dict[Level, str]:
        """Return the values of the unique keys down to the level, from the top of the model."""
        top = Level.PATIENT if self.is_patient_root else Level.STUDY
        return {
            level: self.value(tag)
            for level, tag in _UNIQUE_KEYS.items()
            if top <= level <= self.level
        }


def read_identifier(association: Association, message: Message) -> Identifier:
    """Receive and check the identifier of a request.

    Raises
    ------
    IdentifierError
        It is missing, malformed, of a level that the model lacks, or names no single entity
        at a level above.
    """
    if not message.command.has_data_set:
        raise IdentifierError("no identifier")
    data = association.read_data(MAX_IDENTIFIER_BYTES)
    header = _parse(data, message.context.transfer_syntax)
    identifier = Identifier(
        _level(header),
        {tag: _key(header, tag) for tag in header.elements if tag & 0xFFFF},
        header.character_sets,
        message.context.abstract_syntax in PATIENT_ROOT,
    )
    _check_hierarchy(identifier)
    return identifier


def require_retrieve_keys(identifier: Identifier) -> dict[Level, list[str]]:
    """Return the unique keys of a retrieve request, each with its values.

    Raises
    ------
    IdentifierError
        The key of the level itself is blank or has wildcards.

    References: PS3.4 C.4.2.2.1 (single value above the level, a list of UIDs at it).
    """
    keys = identifier.unique_keys()
    own = keys[identifier.level]
    if not own or "*" in own or "?" in own:
        tag = _UNIQUE_KEYS[identifier.level]
        raise IdentifierError(f"{keyword_for_tag(tag)} must be given", tag)
    return {level: [part for part in keys[level].split("\\") if part] for level in keys}


def _parse(data: bytes, transfer_syntax: str) -> DataSet:
    uid = transfer_syntax.encode("ascii")
    uid += b"\0" * (len(uid) % 2)
    # The bounded reader of files reads identifiers as well, given what says their syntax.
    meta = struct.pack("<HH2sH", 0x0002, 0x0010, b"UI", len(uid)) + uid
    try:
        return read_header(BytesIO(bytes(128) + b"DICM" + meta + data), limits=_LIMITS)
    except Part10Error as error:
        raise IdentifierError(f"unreadable identifier: {error.reason}") from error


def _level(header: DataSet) -> Level:
    name = header.get_text(QUERY_RETRIEVE_LEVEL) or ""
    if name not in _LEVELS:
        raise IdentifierError("Query/Retrieve Level missing or unknown", QUERY_RETRIEVE_LEVEL)
    return _LEVELS[name]


def _key(data_set: DataSet, tag: int) -> Key:
    if data_set.elements[tag].vr != "SQ":
        return Key(tag, _keyword(tag), data_set.get_text(tag) or "")
    try:
        items = data_set.sequence(tag)
    except Part10Error as error:
        raise IdentifierError(f"unreadable sequence: {error.reason}", tag) from error
    inner = tuple(
        Key(each, _keyword(each), items[0].get_text(each) or "")
        for each in (items[0].elements if items else ())
        if items[0].elements[each].vr != "SQ"
    )
    return Key(tag, _keyword(tag), "", True, inner)


@lru_cache(maxsize=4096)
def _keyword(tag: int) -> str:
    return str(keyword_for_tag(tag))


def _check_hierarchy(identifier: Identifier) -> None:
    keys = identifier.unique_keys()
    if not keys:
        raise IdentifierError("no PATIENT level in Study Root", QUERY_RETRIEVE_LEVEL)
    for level, value in keys.items():
        if level < identifier.level and (not value or set("\\*?") & set(value)):
            tag = _UNIQUE_KEYS[level]
            raise IdentifierError(f"{_keyword(tag)} must be one value", tag)
