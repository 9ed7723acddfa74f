"""Measurements in the structured reports of a study, for who looks at its images."""

import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from archive.access import open_instance
from archive.errors import ArchiveError
from archive.models import Instance, Study
from archive.selectors import Principal, instances_visible_to
from dicomkit import part10
from dicomkit.content_tree import read_tree
from dicomkit.errors import DicomkitError
from viewer.annotations.reading import Measured, measurements_in
from viewer.models import Annotation

logger = logging.getLogger(__name__)

# PS3.4 B.5: Enhanced, Comprehensive, Comprehensive 3D and Extensible SR, mammography and chest CAD.
SR_CLASSES: Final = tuple(
    f"1.2.840.10008.5.1.4.1.1.88.{last}" for last in ("22", "33", "34", "35", "50", "65")
)
_MAX_REPORTS: Final = 50
_MAX_BYTES: Final = 8 * 1024 * 1024


def found_in_reports(principal: Principal, study: Study) -> list[Measured]:
    """Return what reports in the study say was measured on its images, the newest report first.

    What stands here as an annotation, or did before it was deleted, is not told again: our own
    report of it carries its uid. Of several reports that track the same thing the newest counts.
    """
    images = _series_of_images(principal, study)
    told: dict[str, Measured] = {}
    for report in _reports(principal, study):
        for one in _said_by(report):
            is_seen = one["sop_instance_uid"] in images or one["world"] is not None
            if is_seen and one["uid"] not in told:
                told[one["uid"]] = _with_place(one, study, images)
    for uid in _known(study, told):
        del told[uid]
    return list(told.values())


def _reports(principal: Principal, study: Study) -> list[Instance]:
    rows = instances_visible_to(principal).filter(study=study, sop_class_uid__in=SR_CLASSES)
    small = rows.filter(size_bytes__lte=_MAX_BYTES).defer("frame_index")
    return list(small.order_by("-content_date", "-content_time", "-pk")[:_MAX_REPORTS])


def _series_of_images(principal: Principal, study: Study) -> dict[str, str]:
    """Return the Series Instance UID of every image in sight, by its SOP Instance UID."""
    rows = instances_visible_to(principal).filter(study=study, has_pixels=True).order_by()
    return dict(rows.values_list("sop_instance_uid", "series__series_instance_uid"))


@lru_cache(maxsize=256)
def _measurements(instance_id: int, sha256: str) -> tuple[Measured, ...]:
    """Return what one report says; a file never changes, so it is read once."""
    instance = Instance.objects.get(pk=instance_id)
    with open_instance(instance) as stream:
        try:
            header = part10.read_header(stream)
            root = read_tree(header, part10.open_source(stream, header))
        except DicomkitError as error:
            logger.warning("report %s is not read: %s", instance_id, error.reason)
            return ()
    return tuple(measurements_in(root, instance.sop_instance_uid))


def _said_by(report: Instance) -> tuple[Measured, ...]:
    try:
        return _measurements(report.pk, bytes(report.sha256).hex())
    except (ArchiveError, Instance.DoesNotExist):
        logger.warning("report %s cannot be opened", report.pk)
        return ()


def _with_place(one: Measured, study: Study, images: dict[str, str]) -> Measured:
    return {
        **one,
        "study_instance_uid": study.study_instance_uid,
        "series_instance_uid": images.get(one["sop_instance_uid"], ""),
        "is_mine": False,
    }


def _known(study: Study, uids: Iterable[str]) -> list[str]:
    rows = Annotation.objects.filter(facility_id=study.facility_id, uid__in=list(uids))
    return list(rows.values_list("uid", flat=True))
