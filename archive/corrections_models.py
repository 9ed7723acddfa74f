"""What was decided about stored objects: rejections, and corrections on the way out."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.fields import ByteOrderField


class Rejection(models.Model):
    """Instances of one study that were rejected, by the note that says so (IHE IOCM).

    It is in force until `undone_at`. An instance is kept from view by one rejection at most: the
    first that names it.

    References: PS3.16 CID 7010 (title), CID 7011 (reason), TID 2010 (the note).
    """

    study = models.ForeignKey("archive.Study", on_delete=models.CASCADE, related_name="rejections")
    note_uid = ByteOrderField(max_length=64)
    title = ByteOrderField(max_length=16)
    reason = ByteOrderField(max_length=16, blank=True, default="")
    comment = models.TextField(blank=True, default="")
    # Came with a note from another system, and not from a page of this one.
    is_external = models.BooleanField(default=False)
    instance_count = models.PositiveIntegerField(default=0)
    rejected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    rejected_name = models.CharField(max_length=150, blank=True, default="")
    rejected_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("rejection")
        verbose_name_plural = _("rejections")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["study", "note_uid"], name="rejection_note_once")
        ]

    def __str__(self) -> str:
        return f"rejection {self.pk}"


class Coercion(models.Model):
    """One correction of what a patient, a study or a series says, the original kept.

    `before` and `after` are keyed by DICOM keyword. Two more keys are the index's own, in small
    letters: ``patient`` (of a study, moved to another one) and ``study`` (of a series). Rows of
    one act, such as a merge of two patients, are reverted together.
    """

    class Level(models.TextChoices):
        """What was corrected."""

        PATIENT = "patient", _("patient")
        STUDY = "study", _("study")
        SERIES = "series", _("series")

    facility = models.ForeignKey("worklist.Facility", on_delete=models.PROTECT, related_name="+")
    act = models.UUIDField(db_index=True)
    kind = ByteOrderField(max_length=16)
    level = models.CharField(max_length=8, choices=Level.choices)
    patient = models.ForeignKey(
        "archive.Patient", on_delete=models.CASCADE, null=True, related_name="coercions"
    )
    study = models.ForeignKey(
        "archive.Study", on_delete=models.CASCADE, null=True, related_name="coercions"
    )
    series = models.ForeignKey(
        "archive.Series", on_delete=models.CASCADE, null=True, related_name="coercions"
    )
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True, default="")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_name = models.CharField(max_length=150, blank=True, default="")
    made_at = models.DateTimeField(default=timezone.now)
    reverted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reverted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        default_permissions = ()

    def __str__(self) -> str:
        return f"correction {self.pk}"
