"""From a user to the annotations of a study."""

from django.db.models import Exists, OuterRef, QuerySet

from archive.models import Instance, Study
from archive.selectors import Principal, instances_visible_to, studies_visible_to
from viewer.models import Annotation


def study_of(
    principal: Principal, study_instance_uid: str, facility_id: int | None = None
) -> Study | None:
    """Return the study of this UID that `principal` may see.

    Where two facilities hold the same UID, `facility_id` decides, else the one that came first.
    """
    studies = studies_visible_to(principal, by_facility=False)
    studies = studies.filter(study_instance_uid=study_instance_uid)
    if facility_id is not None:
        studies = studies.filter(facility_id=facility_id)
    return studies.order_by("received_at", "pk").first()


def on_images(images: QuerySet[Instance]) -> QuerySet[Annotation]:
    """Return the annotations on these images, deleted ones as well."""
    of_annotation = images.filter(
        facility_id=OuterRef("facility_id"), sop_instance_uid=OuterRef("sop_instance_uid")
    )
    return Annotation.objects.filter(Exists(of_annotation))


def annotations_visible_to(principal: Principal, study: Study) -> QuerySet[Annotation]:
    """Return the annotations that stand on the images of a study that `principal` may see.

    An annotation goes where its image goes: into another study, or out of view with it.
    """
    images = instances_visible_to(principal).filter(study=study)
    uids = images.order_by().values("sop_instance_uid")
    rows = Annotation.objects.filter(
        facility_id=study.facility_id, sop_instance_uid__in=uids, deleted_at=None
    )
    return rows.order_by("created_at", "pk")


def annotation_visible_to(principal: Principal, uid: str) -> Annotation | None:
    """Return an annotation, deleted or not, on an image that `principal` may see."""
    return on_images(instances_visible_to(principal)).filter(uid=uid).first()
