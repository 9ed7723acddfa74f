"""DICOM JSON compared by meaning: what `dicomkit.dicom_json` writes beside what pydicom writes."""

import base64
import math
from typing import Any

_PIXEL_TAGS = frozenset({"7FE00008", "7FE00009", "7FE00010"})
# Written by dicomkit as UTF-8 whatever the file holds; group lengths and padding are left out.
_LEFT_OUT = frozenset({"00080005"})
_LAST = "7FE00010"
# pydicom counts the threshold in base64.
_ALWAYS_INLINE = 700


def comparable(members: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a data set in a form that two writers agree on.

    Empty values are dropped, numbers compared as numbers, texts trimmed and without NUL, pixel
    data and long binary values reduced to their being there. What follows pixel data is left out:
    `dicomkit` reads up to there.
    """
    found = {}
    for tag, member in members.items():
        if tag in _LEFT_OUT or tag.endswith("0000") or tag > _LAST:
            continue
        found[tag] = (member["vr"], "bulk" if tag in _PIXEL_TAGS else _value(member))
    return found


def _value(member: dict[str, Any]) -> Any:
    if "BulkDataURI" in member:
        return "bulk"
    if "InlineBinary" in member:
        data = base64.b64decode(member["InlineBinary"])
        return "bulk" if len(data) > _ALWAYS_INLINE else data or None
    values = [_one(value) for value in member.get("Value", [])]
    while values and values[-1] is None:
        values.pop()
    return values or None


def _one(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) <= {"Alphabetic", "Ideographic", "Phonetic"}:
            groups = {key: group.replace("\0", "").rstrip("^ ") for key, group in value.items()}
            return {key: group for key, group in groups.items() if group} or None
        return comparable(value)
    if isinstance(value, str):
        return value.replace("\0", "").strip() or None
    if isinstance(value, float):
        return None if not math.isfinite(value) else value
    return value
