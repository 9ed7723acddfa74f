"""What people draw on images, how they hang studies, and where they stopped reading."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.fields import ByteOrderField
from archive.models import Study


class ImmutableError(TypeError):
    """The program tried to change or delete a state that was kept."""


class ImmutableQuerySet(models.QuerySet[Any]):
    """Rows that can be read and added, and nothing else."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableError(f"{self.model._meta.verbose_name_plural} are only ever added")

    update = delete = bulk_update = update_or_create = _refuse


class Annotation(models.Model):
    """A measurement, region or mark on an image, as it stands.

    It belongs to the image, and so to whatever study the image is in: `study` is the one in which
    it was last written (`viewer.annotations.selectors` goes by the image).
    """

    uid = ByteOrderField(max_length=64, unique=True)
    facility = models.ForeignKey(
        "worklist.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="annotations")
    series_instance_uid = ByteOrderField(max_length=64)
    sop_instance_uid = ByteOrderField(max_length=64)
    frame = models.PositiveIntegerField()
    tool = ByteOrderField(max_length=16)
    # In the form of contract/annotation.schema.json.
    content = models.JSONField()
    revision = models.PositiveIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")
        default_permissions = ()
        permissions = [
            ("annotate", "Can measure and mark images"),
            ("manage_annotations", "Can delete the annotations of others"),
        ]
        indexes = [
            models.Index(fields=["facility", "sop_instance_uid"], name="annotation_image"),
        ]

    def __str__(self) -> str:
        return self.uid


class AnnotationVersion(models.Model):
    """One state of an annotation; every change adds one, a deletion as well."""

    annotation = models.ForeignKey(
        Annotation, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    revision = models.PositiveIntegerField()
    # None: it was deleted.
    content = models.JSONField(null=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        verbose_name = _("annotation version")
        verbose_name_plural = _("annotation versions")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["annotation", "revision"], name="annotation_revision")
        ]

    def __str__(self) -> str:
        return f"annotation {self.annotation_id} revision {self.revision}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the state; refuse to change one."""
        if not self._state.adding:
            raise ImmutableError("a state of an annotation is never changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: a state goes with its annotation, and that with its study."""
        raise ImmutableError("a state of an annotation is never deleted")


class Hanging(models.Model):
    """How a user wants studies of a kind to hang; nothing of a patient is in it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # Modalities and part of the body: see viewer/hanging/content.py.
    key = ByteOrderField(max_length=100)
    # In the form of contract/hanging-protocol.schema.json.
    protocol = models.JSONField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("hanging")
        verbose_name_plural = _("hangings")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="hanging_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"


class ReadingPlace(models.Model):
    """What a user saw of a study last."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    # As frontend/src/domain/viewLink.ts writes it.
    view = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reading place")
        verbose_name_plural = _("reading places")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "study"], name="place_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.study_id}"


class ViewerPreferences(models.Model):
    """How a reader has the viewer, on every workstation: keys and mouse."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    # In the form of contract/viewer-preferences.schema.json.
    content = models.JSONField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("viewer preferences")
        verbose_name_plural = _("viewer preferences")
        default_permissions = ()

    def __str__(self) -> str:
        return f"viewer preferences of user {self.user_id}"
