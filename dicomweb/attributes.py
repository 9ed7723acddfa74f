"""How attributes of the index are written as DICOM JSON, and which ones a search returns.

References: PS3.18 F.2 (DICOM JSON Model), 10.6.3.3, tables 10.6.3-3 (study), -4 (series) and
-5 (instance result attributes).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

from archive.attributes import attributes_at
from archive.query import Level

Member = dict[str, Any]
Writer = Callable[[Any], Member]

_STUDY: Final = (
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ModalitiesInStudy",
    "ReferringPhysicianName",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyID",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
)
_SERIES: Final = (
    "Modality",
    "SeriesDescription",
    "SeriesInstanceUID",
    "SeriesNumber",
    "NumberOfSeriesRelatedInstances",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
    "RequestAttributesSequence",
)
_IMAGE: Final = (
    "SOPClassUID",
    "SOPInstanceUID",
    "InstanceNumber",
    "Rows",
    "Columns",
    "BitsAllocated",
    "NumberOfFrames",
    "AvailableTransferSyntaxUID",
)
_OWN: Final = {Level.STUDY: _STUDY, Level.SERIES: _SERIES, Level.IMAGE: _IMAGE}
_PARENTS: Final = {
    Level.STUDY: (),
    Level.SERIES: ("StudyInstanceUID",),
    Level.IMAGE: ("StudyInstanceUID", "SeriesInstanceUID"),
}
_NAME_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")


def required(level: Level, *, has_study: bool, has_series: bool) -> tuple[str, ...]:
    """Return the keywords that every result at `level` carries.

    What the URL doesn't fix is told with each result: a search for series or instances outside
    of one study returns the attributes of the levels above, too (PS3.18 10.6.3.3).
    """
    keywords = list(_OWN[level])
    if level is Level.IMAGE and not has_series:
        keywords += _SERIES
    if level > Level.STUDY and not has_study:
        keywords += _STUDY
    return tuple(dict.fromkeys([*keywords, *_PARENTS[level]]))


@lru_cache(maxsize=2048)
def keyword_of(name: str) -> str:
    """Return the keyword for a keyword or a tag of eight hexadecimal digits; empty if unknown."""
    if len(name) == 8 and all(digit in "0123456789abcdefABCDEF" for digit in name):
        return str(keyword_for_tag(int(name, 16)))
    return name if name.isascii() and tag_for_keyword(name) is not None else ""


def keywords_at(level: Level) -> tuple[str, ...]:
    """Return everything that a search at `level` can return."""
    return tuple(attributes_at(level))


@lru_cache(maxsize=2048)
def writer_of(keyword: str) -> tuple[str, Writer]:
    """Return the tag of an attribute and the function that writes its value."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise LookupError(f"{keyword} is no attribute of the data dictionary")
    vr = dictionary_VR(tag)
    special: dict[str, Writer] = {"PN": _name, "SQ": _items}
    return f"{tag:08X}", special.get(vr) or _writer(vr)


def _writer(vr: str) -> Writer:
    empty = {"vr": vr}

    def write(value: Any) -> Member:
        if value is None or value == "" or value == []:
            return empty
        if isinstance(value, str):
            value = [part or None for part in value.split("\\")] if "\\" in value else [value]
        elif not isinstance(value, list):
            value = [value]
        return {"vr": vr, "Value": value}

    return write


def _name(value: str | None) -> Member:
    if not value:
        return {"vr": "PN"}
    if "=" not in value:
        return {"vr": "PN", "Value": [{"Alphabetic": value}]}
    groups = zip(_NAME_GROUPS, value.split("="), strict=False)
    return {"vr": "PN", "Value": [{key: group for key, group in groups if group}]}


def _items(value: list[dict[str, str]] | None) -> Member:
    if not value:
        return {"vr": "SQ"}
    return {"vr": "SQ", "Value": [_item(item) for item in value]}


def _item(item: dict[str, str]) -> dict[str, Member]:
    written = (writer_of(keyword) for keyword in item)
    return {tag: write(text) for (tag, write), text in zip(written, item.values(), strict=True)}
