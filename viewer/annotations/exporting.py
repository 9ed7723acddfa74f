"""The annotations of a study as an object in the study, for other systems."""

from typing import Any

from django.db import transaction
from pydicom.dataset import Dataset

from archive.models import Instance, Study
from archive.selectors import instances_visible_to
from audit.actors import Actor
from audit.annotation_events import record_images_described
from viewer.annotations.selectors import annotations_visible_to
from viewer.annotations.sr import Drawn, Image, measurement_report
from viewer.annotations.vocabulary import SCHEME
from viewer.errors import NothingToWriteError
from viewer.models import Annotation
from viewer.objects import COMPREHENSIVE_SR, bring_in, new_object, person_name


def export_annotations(study: Study, *, user: Any, actor: Actor) -> str:
    """Write what stands on the study's images as a structured report into the study.

    Returns
    -------
    str
        Its SOP Instance UID.

    Raises
    ------
    NothingToWriteError, NotArchivedError, ArchiveError
    """
    rows = list(annotations_visible_to(user, study).select_related("author"))
    if not rows:
        raise NothingToWriteError("Nothing is drawn on this study.")
    wanted = {row.sop_instance_uid for row in rows}
    images = [
        one
        for one in instances_visible_to(user).filter(study=study).select_related("series")
        if one.sop_instance_uid in wanted
    ]
    uid = bring_in(study, document_of(study, rows, images, user), actor)
    with transaction.atomic():
        record_images_described(
            actor=actor,
            facility_id=study.facility_id,
            study_instance_uid=study.study_instance_uid,
            patient_id=study.dicom_patient_id,
            sop_instance_uid=uid,
            form="sr",
            count=len(rows),
        )
    return uid


def document_of(study: Study, rows: list[Annotation], images: list[Instance], user: Any) -> Dataset:
    """Return a Comprehensive SR with a measurement report (PS3.3 A.35.3, PS3.16 TID 1500)."""
    new = new_object(study, COMPREHENSIVE_SR, images)
    # All that was drawn is in it; nobody has vouched for it by a signature.
    new.CompletionFlag, new.VerificationFlag = "COMPLETE", "UNVERIFIED"
    new.PerformedProcedureCodeSequence = []
    new.CodingSchemeIdentificationSequence = [_own_scheme()]
    root = measurement_report(
        [Drawn(row.content, person_name(row.author, row.author_name)) for row in rows],
        {one.sop_instance_uid: _image(one) for one in images},
        observer=person_name(user),
        organization=study.facility.name[:64],
    )
    new.update(root)
    return new


def _image(instance: Instance) -> Image:
    return Image(
        instance.sop_class_uid, instance.series.modality, instance.number_of_frames is not None
    )


def _own_scheme() -> Dataset:
    scheme = Dataset()
    scheme.CodingSchemeDesignator = SCHEME
    scheme.CodingSchemeName = "NOCTIS: values of pixels without a code"
    scheme.CodingSchemeResponsibleOrganization = "NOCTIS"
    return scheme
