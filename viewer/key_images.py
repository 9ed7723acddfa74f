"""Key images: which images of a study somebody marked, as Key Object Selection documents.

References: PS3.3 A.35.4 (Key Object Selection Document IOD), PS3.16 TID 2010, CID 7010.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import transaction
from pydicom.dataset import Dataset

from archive.access import open_instance
from archive.errors import ArchiveError
from archive.models import Instance, Study
from archive.selectors import Principal, instances_visible_to
from audit.actors import Actor
from audit.annotation_events import record_images_described
from dicomkit import part10
from dicomkit.content_tree import Item, read_tree
from dicomkit.errors import DicomkitError
from viewer.annotations.vocabulary import concept
from viewer.errors import UnknownAnnotationError, WrongImageError
from viewer.objects import KEY_OBJECTS, bring_in, new_object, person_name, sop_reference

# 113020 in CID 7010: images that go with the report.
TITLE: Final = concept("113020", "DCM", "For Report Attachment")
# Titles of CID 7010 that say "look at these"; rejections and manifests are none of them.
TITLES: Final = frozenset({f"1130{last:02}" for last in (0, 2, 3, 4, 5, 6, 7, 8, 9, 13, 18, 20)})
MAX_IMAGES: Final = 500
_MAX_DOCUMENTS: Final = 50
_MAX_BYTES: Final = 4 * 1024 * 1024

Marked = tuple[str, int]


def key_images(principal: Principal, study: Study) -> list[dict[str, Any]]:
    """Return the images that stand marked: by our newest document, and by all of others."""
    images = dict(
        instances_visible_to(principal)
        .filter(study=study, has_pixels=True)
        .order_by()
        .values_list("sop_instance_uid", "series__series_instance_uid")
    )
    found: dict[Marked, dict[str, Any]] = {}
    is_ours_told = False
    for document in _documents(principal, study):
        is_ours = _is_ours(document)
        if is_ours and is_ours_told:
            continue
        is_ours_told = is_ours_told or is_ours
        for uid, frame in _marked_in(document):
            if uid in images:
                place = {"series": images[uid], "sop": uid, "frame": frame}
                found.setdefault((uid, frame), {**place, "source": document.sop_instance_uid})
    return list(found.values())


def mark_images(study: Study, marked: Sequence[Marked], *, user: Any, actor: Actor) -> str:
    """Write a document that names the key images, all of them; return its SOP Instance UID.

    Raises
    ------
    AnnotationError
        Something is no image of the study that the user may see, or has no such frame.
    """
    rows = instances_visible_to(user).filter(study=study, has_pixels=True).defer("frame_index")
    wanted = {uid for uid, _ in marked}
    images = {
        one.sop_instance_uid: one
        for one in rows.select_related("series")
        if one.sop_instance_uid in wanted
    }
    if wanted - set(images):
        raise UnknownAnnotationError("There is no such image in this study.")
    if any(frame > (images[uid].number_of_frames or 1) for uid, frame in marked):
        raise WrongImageError("The image has no such frame.")
    new = _document(study, images, marked, user)
    uid = bring_in(study, new, actor)
    with transaction.atomic():
        record_images_described(
            actor=actor,
            facility_id=study.facility_id,
            study_instance_uid=study.study_instance_uid,
            patient_id=study.dicom_patient_id,
            sop_instance_uid=uid,
            form="ko",
            count=len(marked),
        )
    return uid


def _document(
    study: Study, images: dict[str, Instance], marked: Sequence[Marked], user: Any
) -> Dataset:
    new = new_object(study, KEY_OBJECTS, images.values())
    new.ReferencedRequestSequence = []
    new.ValueType, new.ContinuityOfContent = "CONTAINER", "SEPARATE"
    new.ConceptNameCodeSequence = [TITLE]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2010"
    new.ContentTemplateSequence = [template]
    new.ContentSequence = [*_observer(user), *(_mention(images[uid], n) for uid, n in marked)]
    return new


def _observer(user: Any) -> Iterator[Dataset]:
    kind = _item("CODE", "HAS OBS CONTEXT")
    kind.ConceptNameCodeSequence = [concept("121005", "DCM", "Observer Type")]
    kind.ConceptCodeSequence = [concept("121006", "DCM", "Person")]
    name = _item("PNAME", "HAS OBS CONTEXT")
    name.ConceptNameCodeSequence = [concept("121008", "DCM", "Person Observer Name")]
    name.PersonName = person_name(user)
    yield from (kind, name)


def _mention(image: Instance, frame: int) -> Dataset:
    """Return an image that is named; here it has no concept name (TID 2010)."""
    item = _item("IMAGE", "CONTAINS")
    named_frame = frame if image.number_of_frames is not None else 0
    item.ReferencedSOPSequence = [
        sop_reference(image.sop_class_uid, image.sop_instance_uid, named_frame)
    ]
    return item


def _item(value_type: str, relationship: str) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, value_type
    return item


def _documents(principal: Principal, study: Study) -> list[Instance]:
    rows = instances_visible_to(principal).filter(
        study=study, sop_class_uid=KEY_OBJECTS.sop_class_uid, size_bytes__lte=_MAX_BYTES
    )
    newest = rows.order_by("-content_date", "-content_time", "-pk").select_related("series")
    return list(newest[:_MAX_DOCUMENTS])


def _is_ours(document: Instance) -> bool:
    series = document.series
    return (series.manufacturer, series.series_number) == ("NOCTIS", KEY_OBJECTS.series_number)


def _marked_in(document: Instance) -> list[Marked]:
    try:
        with open_instance(document) as stream:
            header = part10.read_header(stream)
            root = read_tree(header, part10.open_source(stream, header))
    except (ArchiveError, DicomkitError):
        return []
    if root.name.scheme != "DCM" or root.name.value not in TITLES:
        return []
    return [(one.sop_instance_uid, one.frame) for one in _images(root)][:MAX_IMAGES]


def _images(root: Item) -> Iterator[Item]:
    return (one for one in root.children if one.value_type == "IMAGE")
