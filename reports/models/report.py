"""Reports: the draft that is written, the versions that were signed, and their exports."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models import Study
from reports.lifecycle import ReportStatus


class ImmutableError(TypeError):
    """The program tried to change or delete what was signed."""


class ImmutableQuerySet(models.QuerySet[Any]):
    """Rows that can be read and added, and nothing else."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableError(f"{self.model._meta.verbose_name_plural} are only ever added")

    update = delete = bulk_update = update_or_create = _refuse


class DraftKind(models.TextChoices):
    """What a draft becomes when it is signed."""

    NONE = "", _("none")
    REPORT = "report", _("report")
    ADDENDUM = "addendum", _("addendum")
    CORRECTION = "correction", _("correction")


class VersionKind(models.TextChoices):
    """What a signed version is."""

    PRELIMINARY = "preliminary", _("Preliminary report")
    FINAL = "final", _("Final report")
    ADDENDUM = "addendum", _("Addendum")
    CORRECTION = "correction", _("Correction")
    WITHDRAWAL = "withdrawal", _("Withdrawal")


class Report(models.Model):
    """The report of a study.

    `draft` is what somebody writes now (`reports.content` has its form); it is blank when
    nothing is being written. What was signed lies in the versions and is never changed.
    """

    study = models.OneToOneField(Study, on_delete=models.PROTECT, related_name="report")
    status = models.CharField(
        max_length=16, choices=ReportStatus.choices, default=ReportStatus.UNREAD
    )
    draft_kind = models.CharField(
        max_length=16, choices=DraftKind.choices, blank=True, default=DraftKind.NONE
    )
    draft = models.JSONField(null=True, blank=True)
    # Grows with each save; a save names the number that it was made from.
    draft_version = models.PositiveBigIntegerField(default=0)
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    draft_author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        default_permissions = ()
        permissions = [
            ("view_report", "Can see reports in every state"),
            ("view_final_report", "Can see final reports"),
            ("write_report", "Can write reports"),
            ("sign_report", "Can sign reports"),
            ("print_report", "Can print reports"),
            ("manage_letterhead", "Can design the letterhead of a facility"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class DraftSave(models.Model):
    """A state of a draft as it was saved. `is_side`: it came too late and was kept beside."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="saves")
    number = models.PositiveBigIntegerField()
    content = models.JSONField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)
    is_side = models.BooleanField(default=False)
    # Why it was kept beside: stale-lease, stale-version, closed.
    reason = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        verbose_name = _("saved draft")
        verbose_name_plural = _("saved drafts")
        default_permissions = ()
        indexes = [models.Index(fields=["report", "-id"], name="draft_save_newest")]

    def __str__(self) -> str:
        return f"draft {self.report_id}/{self.number}"


class ReportVersion(models.Model):
    """What was signed: whole, for ever, each chained to the one before by its hash.

    The hash is that of the canonical JSON of everything below and of `previous_hash`
    (`reports.chain`).
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=VersionKind.choices)
    # The report's status from this version on.
    status = models.CharField(max_length=16, choices=ReportStatus.choices)
    content = models.JSONField()
    reason = models.CharField(max_length=500, blank=True, default="")
    # Between a preliminary report and the final one: "", "none", "minor", "major".
    discrepancy = models.CharField(max_length=16, blank=True, default="")
    # What the checks before signing said and the reader overruled.
    overruled = models.JSONField(default=list, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # As it stood at the time: a name may change, a signature not.
    signed_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    version_hash = models.CharField(max_length=64)

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        verbose_name = _("report version")
        verbose_name_plural = _("report versions")
        default_permissions = ()
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_version_number")
        ]
        # Versions are long: what is counted over a period is counted in the index.
        indexes = [
            models.Index(
                fields=["kind", "signed_at", "discrepancy", "report"], name="report_version_signed"
            )
        ]

    def __str__(self) -> str:
        return f"report {self.report_id} version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the version; refuse to change one."""
        if not self._state.adding:
            raise ImmutableError("a signed version is never changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise ImmutableError("a signed version is never deleted")


class ReportExport(models.Model):
    """A form in which a signed version is to leave: written when it is signed, done by a task."""

    class Form(models.TextChoices):
        """In what form."""

        PDF = "pdf", _("Encapsulated PDF")
        SR = "sr", _("Structured report")

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="exports")
    form = models.CharField(max_length=8, choices=Form.choices)
    # Given when the row is made, so that doing it twice gives the same object.
    sop_instance_uid = models.CharField(max_length=64)
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("report export")
        verbose_name_plural = _("report exports")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["version", "form"], name="report_export_once")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="report_export_open",
                condition=models.Q(done_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.form} of version {self.version_id}"
