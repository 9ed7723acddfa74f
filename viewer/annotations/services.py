"""Writing annotations: every change is a version, an audit row and an event, or nothing is."""

from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from archive.models import Instance, Study
from archive.selectors import instances_visible_to
from audit.actors import Actor
from audit.annotation_events import record_annotation_changed
from notifications.outbox import publish
from viewer.annotations.content import Content
from viewer.annotations.presentation import facts_of
from viewer.annotations.selectors import annotation_visible_to, on_images
from viewer.errors import (
    NotTheAuthorError,
    StaleAnnotationError,
    TooManyAnnotationsError,
    UnknownAnnotationError,
    WrongImageError,
)
from viewer.models import Annotation, AnnotationVersion

PER_STUDY: Final = 2000
ANNOTATE: Final = "viewer.annotate"
MANAGE: Final = "viewer.manage_annotations"


def put_annotation(
    content: Content, revision: int, *, user: Any, actor: Actor, study: Study
) -> Annotation:
    """Write an annotation as it is to stand; return its row.

    Parameters
    ----------
    content : dict
        As `viewer.annotations.content.checked` returns it.
    revision : int
        That of the state it was made from; 0 for one that does not stand yet.
    study : Study
        One that the user may see, of the UID that `content` names.

    Raises
    ------
    AnnotationError
        One of those of `viewer.errors`; nothing has changed.
    """
    image = _image(content, study, user)
    try:
        with transaction.atomic():
            _lock(study)
            row = Annotation.objects.filter(uid=content["uid"]).first()
            if row is None:
                return _insert(content, revision, image, user, actor)
            return _change(row, content, revision, image, user, actor)
    except IntegrityError:
        # Somebody took the name at this moment, in another study.
        raise UnknownAnnotationError("There is no such annotation.") from None


def delete_annotation(uid: str, revision: int, *, user: Any, actor: Actor) -> None:
    """Delete an annotation: what it said stays as a version. Deleting it again does nothing.

    Raises
    ------
    AnnotationError
        As `put_annotation`.
    """
    seen = annotation_visible_to(user, uid)
    if seen is None:
        raise UnknownAnnotationError("There is no such annotation.")
    with transaction.atomic():
        _lock(seen.study)
        row = Annotation.objects.filter(pk=seen.pk).first()
        if row is None:
            raise UnknownAnnotationError("There is no such annotation.")
        if row.author_id != user.pk and not user.has_perm(MANAGE):
            raise NotTheAuthorError("Only who made an annotation deletes it.")
        if row.deleted_at is not None:
            return
        _check_revision(row, revision, user)
        row.deleted_at = timezone.now()
        _keep(row, None, user, actor, "deleted")


def follow_images(study: Study) -> None:
    """Let annotations go on with their images before `study` is deleted; the others go with it.

    The images may have been moved to another study since the annotations were written.
    """
    for row in Annotation.objects.filter(study=study):
        image = Instance.objects.filter(
            facility_id=row.facility_id, sop_instance_uid=row.sop_instance_uid
        ).first()
        if image is not None and image.study_id != study.pk:
            Annotation.objects.filter(pk=row.pk).update(study_id=image.study_id)


def _image(content: Content, study: Study, user: Any) -> Instance:
    """Return the image that `content` names, in this study, if the user may see it."""
    images = instances_visible_to(user).filter(study=study)
    image = (
        images.filter(sop_instance_uid=content["sop_instance_uid"])
        .select_related("series")
        .defer("frame_index")
        .first()
    )
    if image is None:
        raise UnknownAnnotationError("There is no such image in this study.")
    if image.series.series_instance_uid != content["series_instance_uid"]:
        raise WrongImageError("The image is in another series.")
    if content["frame"] > (image.number_of_frames or 1):
        raise WrongImageError("The image has no such frame.")
    return image


def _lock(study: Study) -> None:
    """Let nobody else write annotations of this study (SQLite locks all anyway)."""
    if Study.objects.select_for_update().filter(pk=study.pk).first() is None:
        raise UnknownAnnotationError("There is no such study.")


def _insert(
    content: Content, revision: int, image: Instance, user: Any, actor: Actor
) -> Annotation:
    if revision:
        raise UnknownAnnotationError("There is no such annotation.")
    _check_room(image.study_id)
    row = Annotation(uid=content["uid"], facility_id=image.facility_id, revision=0, author=user)
    row.author_name = name_of(user)
    _place(row, content, image)
    _keep(row, content, user, actor, "created")
    return row


def _check_room(study_id: int) -> None:
    standing = on_images(Instance.objects.filter(study_id=study_id)).filter(deleted_at=None)
    if standing.count() >= PER_STUDY:
        raise TooManyAnnotationsError(f"A study has at most {PER_STUDY} annotations.")


def _change(
    row: Annotation, content: Content, revision: int, image: Instance, user: Any, actor: Actor
) -> Annotation:
    seen = annotation_visible_to(user, row.uid)
    if seen is None or _study_of(row) != image.study_id:
        raise UnknownAnnotationError("There is no such annotation.")
    if row.author_id != user.pk:
        raise NotTheAuthorError("Only who made an annotation changes it.")
    if row.deleted_at is None and row.content == content:
        return row  # the answer to the same request was lost
    if row.deleted_at is None or revision:
        _check_revision(row, revision, user)
    if row.deleted_at is not None:
        _check_room(image.study_id)
    _place(row, content, image)
    was_deleted, row.deleted_at = row.deleted_at is not None, None
    _keep(row, content, user, actor, "restored" if was_deleted else "changed")
    return row


def _study_of(row: Annotation) -> int | None:
    """Return the key of the study in which the annotation's image is now."""
    images = Instance.objects.filter(
        facility_id=row.facility_id, sop_instance_uid=row.sop_instance_uid
    )
    return images.values_list("study_id", flat=True).first()


def _check_revision(row: Annotation, revision: int, user: Any) -> None:
    if row.revision != revision:
        raise StaleAnnotationError(
            "The annotation was changed meanwhile.", annotation=facts_of(row, user)
        )


def _place(row: Annotation, content: Content, image: Instance) -> None:
    row.study_id = image.study_id
    for name in ("series_instance_uid", "sop_instance_uid", "frame", "tool"):
        setattr(row, name, content[name])
    row.content = content


def _keep(row: Annotation, content: Content | None, user: Any, actor: Actor, event: str) -> None:
    """Save the row as its next revision, with everything that belongs to a change."""
    row.revision += 1
    row.changed_at = timezone.now()
    row.save()
    AnnotationVersion.objects.create(
        annotation=row,
        revision=row.revision,
        content=content,
        author=user,
        author_name=name_of(user),
        at=row.changed_at,
    )
    study = Study.objects.get(pk=row.study_id)
    record_annotation_changed(
        actor=actor,
        facility_id=study.facility_id,
        study_instance_uid=study.study_instance_uid,
        patient_id=study.dicom_patient_id,
        uid=row.uid,
        tool=row.tool,
        revision=row.revision,
        event=event,
    )
    publish_changed(study, actor)


def publish_changed(study: Study, actor: Actor) -> None:
    """Tell other windows, in the caller's transaction, that something was drawn on a study."""
    publish(
        "annotation.changed",
        facility_id=study.facility_id,
        payload={
            "study": study.study_instance_uid,
            "study_id": study.pk,
            "by_id": actor.user_id,
        },
    )


def name_of(user: Any) -> str:
    """Return how a user is called: the full name, else the user name."""
    return str(user.get_full_name() or user.get_username())[:200]
