"""The form of an annotation, as it comes from a browser; checked before it is kept.

contract/annotation.schema.json says the same for other readers; the fixtures beside it are read
by pytest and by vitest.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

Content = dict[str, Any]

# How many points each tool has: at least, at most.
POINTS: Final[Mapping[str, tuple[int, int]]] = {
    "length": (2, 2),
    "bidirectional": (4, 4),
    "angle": (3, 3),
    "cobb": (4, 4),
    "ellipse": (4, 4),
    "rectangle": (2, 4),
    "circle": (2, 2),
    "freehand": (3, 2000),
    "probe": (1, 1),
    "arrow": (1, 2),
    "text": (1, 2),
}
VALUE_NAMES: Final = frozenset(
    {"length", "short_axis", "angle", "mean", "sd", "min", "max", "area", "value"}
)
# Every database and every browser keeps whole numbers up to here exactly.
MAX_NUMBER: Final = 2**53
MAX_FRAME: Final = 2**31 - 1
MAX_VALUES: Final = 20

# What an annotation is without saying so.
_DEFAULTS: Final[Content] = {
    "world": None,
    "frame_of_reference_uid": "",
    "label": "",
    "note": "",
    "colour": "",
}
_REQUIRED: Final = frozenset(
    {
        "uid",
        "tool",
        "study_instance_uid",
        "series_instance_uid",
        "sop_instance_uid",
        "frame",
        "points",
        "values",
    }
)
UID_PATTERN: Final = r"2\.25\.(?:0|[1-9][0-9]{0,38})"
_UID: Final = re.compile(UID_PATTERN)
_DICOM_UID: Final = re.compile(r"[0-9.]{1,64}")
_COLOUR: Final = re.compile(r"(?:#[0-9a-fA-F]{6})?")
# UCUM in the code value of DICOM, SH (PS3.5 6.2): no backslash.
_UNIT: Final = re.compile(r"[!-\[\]-~]{1,16}")
# Controls, and halves of characters, which no database keeps.
_UNWANTED: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class AnnotationContentError(ValueError):
    """The content has not the form of an annotation; the message says where and what."""


def checked(content: Any) -> Content:
    """Return `content`, what it leaves out filled in, if it has the form of an annotation.

    Raises
    ------
    AnnotationContentError
        Otherwise.
    """
    _require(isinstance(content, dict), "annotation", "is an object")
    unknown = set(content) - _REQUIRED - set(_DEFAULTS)
    _require(not unknown, "annotation", "has no other members than the contract's")
    _require(set(content) >= _REQUIRED, "annotation", "has all members that it must have")
    whole = {**_DEFAULTS, **content}
    _check_names(whole)
    _check_points(whole)
    _check_texts(whole)
    _check_values(whole["values"])
    return {**whole, "frame": int(whole["frame"])}


def _require(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise AnnotationContentError(f"{where}: it {what}, or should be")


def _is_text(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # Infinity and what is not a number fail here as well.
    return is_number and -MAX_NUMBER <= value <= MAX_NUMBER


def _check_names(whole: Content) -> None:
    _require(_is_text(whole["uid"], _UID), "uid", "is a UID under 2.25")
    tool = whole["tool"]
    _require(isinstance(tool, str) and tool in POINTS, "tool", "is a known one")
    for name in ("study_instance_uid", "series_instance_uid", "sop_instance_uid"):
        _require(_is_text(whole[name], _DICOM_UID), name, "is a UID")
    reference = whole["frame_of_reference_uid"]
    is_uid = reference == "" or _is_text(reference, _DICOM_UID)
    _require(is_uid, "frame_of_reference_uid", "is a UID or empty")
    frame = whole["frame"]
    is_whole = _is_number(frame) and frame == int(frame) and 1 <= frame <= MAX_FRAME
    _require(is_whole, "frame", "is a number from 1")


def _check_points(whole: Content) -> None:
    points, world = whole["points"], whole["world"]
    least, most = POINTS[whole["tool"]]
    _require(_is_list(points, most, 2), "points", f"is a list of at most {most} places")
    _require(len(points) >= least, "points", f"has {least} places or more")
    if world is not None:
        _require(_is_list(world, most, 3), "world", "is a list of places, or null")
        _require(len(world) == len(points), "world", "has a place for every point")


def _is_list(places: Any, most: int, dimensions: int) -> bool:
    if not isinstance(places, list) or len(places) > most:
        return False
    return all(
        isinstance(place, list) and len(place) == dimensions and all(map(_is_number, place))
        for place in places
    )


def _check_texts(whole: Content) -> None:
    for name, most in (("label", 200), ("note", 300)):
        text = whole[name]
        fits = isinstance(text, str) and len(text) <= most and not _UNWANTED.search(text)
        _require(fits, name, f"is a line of at most {most} characters")
    _require(_is_text(whole["colour"], _COLOUR), "colour", "is #rrggbb or empty")


def _check_values(values: Any) -> None:
    is_list = isinstance(values, list) and len(values) <= MAX_VALUES
    _require(is_list, "values", f"is a list of at most {MAX_VALUES}")
    for value in values:
        has_form = isinstance(value, dict) and set(value) == {"name", "value", "unit"}
        _require(has_form, "values", "has name, value and unit")
        name = value["name"]
        _require(isinstance(name, str) and name in VALUE_NAMES, "values", "has a known name")
        _require(_is_number(value["value"]), "values", "has a number")
        _require(_is_text(value["unit"], _UNIT), "values", "has a unit of UCUM")
