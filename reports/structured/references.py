"""Which other objects an SR document speaks of: evidence, and the documents before it.

References: PS3.3 C.17.2.1 (Hierarchical SOP Instance Reference Macro).
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from archive.models import Instance, Study
from reports.models import ReportExport
from reports.structured.frame import Kind, series_uid

# Why a row has no object; kept where an error would be.
WITHHELD: Final = "withheld: preliminary reports are not archived"
TOO_LATE: Final = "withheld: withdrawn before it was archived"
NOTHING: Final = "nothing to archive"
WITHOUT_OBJECT: Final = (WITHHELD, TOO_LATE, NOTHING)


class Reference(NamedTuple):
    """An instance of the study, by its UIDs."""

    series_instance_uid: str
    sop_class_uid: str
    sop_instance_uid: str


def of_images(images: Iterable[Instance]) -> list[Reference]:
    """Return references to archived instances; their series must have been fetched with them."""
    return [
        Reference(one.series.series_instance_uid, one.sop_class_uid, one.sop_instance_uid)
        for one in images
    ]


def of_exports(exports: Iterable[ReportExport], study: Study, kind: Kind) -> list[Reference]:
    """Return references to objects that were or will be made of these rows."""
    return [
        Reference(
            series_uid(one.version.report, study, kind), kind.sop_class_uid, one.sop_instance_uid
        )
        for one in exports
    ]


def hierarchy(study: Study, references: Iterable[Reference]) -> Sequence:
    """Return references as a sequence by study and series."""
    by_series: dict[str, list[Reference]] = {}
    for one in references:
        by_series.setdefault(one.series_instance_uid, []).append(one)
    if not by_series:
        return Sequence()
    item = Dataset()
    item.StudyInstanceUID = study.study_instance_uid
    item.ReferencedSeriesSequence = [_series(uid, ones) for uid, ones in by_series.items()]
    return Sequence([item])


def _series(uid: str, references: list[Reference]) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = uid
    item.ReferencedSOPSequence = [_instance(one) for one in references]
    return item


def _instance(reference: Reference) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = reference.sop_class_uid
    item.ReferencedSOPInstanceUID = reference.sop_instance_uid
    return item
