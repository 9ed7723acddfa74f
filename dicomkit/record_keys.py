"""What a directory record repeats of its object, read from the object's header.

Objects are not always what the standard wants; a directory must be. Where an object lacks a value
of type 1, the directory says something that claims nothing, and the object stays as it is.

References: PS3.3 F.5 (definition of specific directory records).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, Union

from dicomkit import tags
from dicomkit.dataset import DataSet
from dicomkit.encoding import EXPLICIT_LITTLE
from dicomkit.errors import DicomkitError
from dicomkit.media_directory import Values
from dicomkit.source import BytesSource, Source

__all__ = ["NO_DATE", "NO_TIME", "empty_keys", "leaf_keys", "reads_header"]

# A date and a time that nobody takes for true ones.
NO_DATE: Final = "19000101"
NO_TIME: Final = "000000"
# More than any value of these may be long; what is longer is a mistake, or somebody probing.
_MAX_TEXT: Final = 1024

# Attributes to copy from an item, by tag; those of a sequence have a shape of their own.
Shape = Mapping[int, Union["Shape", None]]

_TEXTS: Final = dict.fromkeys
_CODE: Final[Shape] = _TEXTS(
    (0x00080100, 0x00080102, 0x00080103, 0x00080104, 0x00080119, 0x00080120)
)
_RELATIONSHIP: Final = 0x0040A010
_MODIFIER: Final[Shape] = {
    **_TEXTS((_RELATIONSHIP, 0x0040A040, 0x0040A120, 0x0040A121, 0x0040A122)),
    **_TEXTS((0x0040A123, 0x0040A124, 0x0040A160)),
    tags.CONCEPT_NAME_CODE_SEQUENCE: _CODE,
    0x0040A168: _CODE,
}
_REFERENCE: Final[Shape] = _TEXTS(
    (tags.REFERENCED_SOP_CLASS_UID, tags.REFERENCED_SOP_INSTANCE_UID, 0x00081160)
)
_OF_SERIES: Final[Shape] = {
    tags.SERIES_INSTANCE_UID: None,
    0x00081140: _REFERENCE,
    0x00081199: _REFERENCE,
}
_OF_STUDY: Final[Shape] = {
    tags.STUDY_INSTANCE_UID: None,
    tags.REFERENCED_SERIES_SEQUENCE: _OF_SERIES,
}
_VERIFYING_OBSERVERS: Final = 0x0040A073
_VERIFIED_AT: Final = 0x0040A030


class _Key(NamedTuple):
    """An attribute: what stands for it where the object has none (None: nothing), its items."""

    tag: int
    otherwise: str | None = ""
    shape: Shape | None = None


_CONTENT_DATE: Final = _Key(tags.CONTENT_DATE, NO_DATE)
_CONTENT_TIME: Final = _Key(tags.CONTENT_TIME, NO_TIME)
_CONTENT: Final = (_CONTENT_DATE, _CONTENT_TIME)
_LABEL: Final = _Key(0x00700080, "UNNAMED")
_DESCRIBED: Final = (_Key(0x00700081), _Key(0x00700084))
_IDENTIFIED: Final = (*_CONTENT, _LABEL, *_DESCRIBED)
_TITLE: Final = _Key(tags.CONCEPT_NAME_CODE_SEQUENCE, "", _CODE)
_MODIFIERS: Final = _Key(tags.CONTENT_SEQUENCE, None, _MODIFIER)

# Instance Number, which every record here has, is the index's.
_KEYS: Final[dict[str, tuple[_Key, ...]]] = {
    "RT DOSE": (_Key(0x3004000A, "UNKNOWN"),),
    "RT STRUCTURE SET": (_Key(0x30060002, "UNNAMED"), _Key(0x30060008), _Key(0x30060009)),
    "RT PLAN": (_Key(0x300A0002, "UNNAMED"), _Key(0x300A0006), _Key(0x300A0007)),
    "RT TREAT RECORD": (_Key(0x30080250), _Key(0x30080251)),
    "RADIOTHERAPY": (_Key(0x30100033, None), _Key(0x30100034, None), *_DESCRIBED),
    "PRESENTATION": (
        _Key(0x00700082, NO_DATE),
        _Key(0x00700083, NO_TIME),
        _LABEL,
        *_DESCRIBED,
        _Key(tags.REFERENCED_SERIES_SEQUENCE, None, _OF_SERIES),
        _Key(0x00700402, None, {**_OF_STUDY, 0x00700405: None}),
    ),
    "WAVEFORM": _CONTENT,
    "RAW DATA": _CONTENT,
    "SR DOCUMENT": (
        *_CONTENT,
        _Key(tags.COMPLETION_FLAG, "PARTIAL"),
        _Key(tags.VERIFICATION_FLAG, "UNVERIFIED"),
        _TITLE,
        _MODIFIERS,
    ),
    "KEY OBJECT DOC": (*_CONTENT, _TITLE, _MODIFIERS),
    "SPECTROSCOPY": (
        *_CONTENT,
        _Key(tags.IMAGE_TYPE, "ORIGINAL\\PRIMARY"),
        _Key(0x00089092, None, {**_REFERENCE, **_OF_STUDY}),
        _Key(tags.NUMBER_OF_FRAMES, "1"),
        _Key(tags.ROWS, "0"),
        _Key(tags.COLUMNS, "0"),
        _Key(0x00289001, "0"),
        _Key(0x00289002, "0"),
    ),
    "REGISTRATION": _IDENTIFIED,
    "FIDUCIAL": _IDENTIFIED,
    "VALUE MAP": _IDENTIFIED,
    "MEASUREMENT": _IDENTIFIED,
    "SURFACE": _IDENTIFIED,
    "TRACT": _IDENTIFIED,
    "ANNOTATION": _IDENTIFIED,
    "SURFACE SCAN": _CONTENT,
    "ENCAP DOC": (
        _Key(tags.CONTENT_DATE),
        _Key(tags.CONTENT_TIME),
        _Key(tags.DOCUMENT_TITLE),
        _Key(0x0040E001, None),
        _TITLE,
        _Key(tags.MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, "application/octet-stream"),
    ),
    "ASSESSMENT": (_Key(0x00080012, NO_DATE), _Key(0x00080013)),
}


def reads_header(record_type: str) -> bool:
    """Say whether a record needs more of its object than an index of images has."""
    return record_type in _KEYS


def leaf_keys(record_type: str, header: DataSet, source: Source) -> Values:
    """Return the keys of an object's record but for Instance Number."""
    keys = {
        key.tag: value
        for key in _KEYS.get(record_type, ())
        if (value := _value(header, source, key)) is not None
    }
    verified = _verified_at(header, source) if record_type == "SR DOCUMENT" else ""
    return keys | ({_VERIFIED_AT: verified} if verified else {})


def empty_keys(record_type: str) -> Values:
    """Return the keys of the record of an object whose header nobody can read."""
    return leaf_keys(record_type, DataSet({}, EXPLICIT_LITTLE), BytesSource(b""))


def _value(header: DataSet, source: Source, key: _Key) -> str | list[Values] | None:
    if key.shape is None:
        return _text(header, key.tag) or key.otherwise
    items = _items(header, source, key.tag)
    if key is _MODIFIERS:
        items = [one for one in items if one.get_text(_RELATIONSHIP) == "HAS CONCEPT MOD"]
    copied = [_copied(item, source, key.shape) for item in items]
    return None if not copied and key.otherwise is None else copied


def _text(item: DataSet, tag: int) -> str:
    return (item.get_text(tag) or "")[:_MAX_TEXT]


def _items(header: DataSet, source: Source, tag: int) -> list[DataSet]:
    """Return the items of a sequence; none when it cannot be read."""
    try:
        return header.sequence(tag, source)
    except DicomkitError:
        return []


def _copied(item: DataSet, source: Source, shape: Shape) -> Values:
    values: dict[int, str | list[Values]] = {}
    for tag, inner in shape.items():
        if inner is None:
            if text := _text(item, tag):
                values[tag] = text
        elif items := _items(item, source, tag):
            values[tag] = [_copied(one, source, inner) for one in items]
    return values


def _verified_at(header: DataSet, source: Source) -> str:
    """Return when the document was verified last; empty for never (PS3.3 F.5.26)."""
    observers = _items(header, source, _VERIFYING_OBSERVERS)
    return max((_text(one, _VERIFIED_AT) for one in observers), default="")
