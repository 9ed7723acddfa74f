"""The reading of a study: who is to read it, how soon, and where it stands."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models import Study
from reports.lifecycle import ReportStatus


class Priority(models.IntegerChoices):
    """How soon a study is to be read; the numbers sort."""

    STAT = 0, _("STAT")
    URGENT = 1, _("Urgent")
    ROUTINE = 2, _("Routine")


class Quality(models.TextChoices):
    """What a technician said of the study as a whole."""

    UNCHECKED = "unchecked", _("Not checked")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


class Reading(models.Model):
    """One row for each study, made in the transaction in which the study came in.

    Clocks run from `received_at`; while the study is rejected (`paused_at` is set) they stand
    still. `due_at` is when the report is to be final; it is blank while the clocks stand still.
    """

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="reading")
    status = models.CharField(
        max_length=16, choices=ReportStatus.choices, default=ReportStatus.UNREAD
    )
    quality = models.CharField(max_length=16, choices=Quality.choices, default=Quality.UNCHECKED)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.ROUTINE)
    priority_reason = models.CharField(max_length=300, blank=True, default="")
    clinical_history = models.TextField(blank=True, default="")
    indication = models.TextField(blank=True, default="")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="readings",
    )
    # Why this reader: a sentence for people ("same reader as on 12 May", "rule: chest CT").
    assigned_because = models.CharField(max_length=300, blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)
    assigned_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    preliminary_at = models.DateTimeField(null=True, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)
    # From when the target counts; blank is from `received_at` (see reports.assignment.clocks).
    clock_from = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_s = models.PositiveIntegerField(default=0)
    target_minutes = models.PositiveIntegerField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    # Grows with every change, so that a live row is drawn again exactly when it must be.
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        default_permissions = ()
        permissions = [
            ("check_quality", "Can accept and reject studies"),
            ("set_priority", "Can set priority, history and indication"),
            ("assign_reading", "Can assign studies to readers"),
            ("manage_reading", "Can set targets, rules and templates"),
            ("view_dashboard", "Can see volume and turnaround"),
        ]
        indexes = [
            models.Index(fields=["status", "priority", "due_at", "id"], name="reading_status"),
            models.Index(fields=["assigned_to", "status", "priority"], name="reading_reader"),
            models.Index(fields=["priority", "due_at", "id"], name="reading_due"),
            models.Index(fields=["final_at"], name="reading_final"),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"


class Assignment(models.Model):
    """Who was given a study, by whom or by what rule, and why: rows are only added."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="assignments")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    rule = models.ForeignKey(
        "reports.AssignmentRule", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True, default="")
    assigned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = ()

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class AssignmentRule(models.Model):
    """To whom studies of a kind are given; the first rule in order that fits decides."""

    class Strategy(models.TextChoices):
        """How the reader is chosen among those of the rule."""

        SAME_READER = "same-reader", _("who read this patient before, else the least busy")
        LEAST_BUSY = "least-busy", _("who has the fewest unread")
        IN_TURN = "in-turn", _("one after the other")

    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveIntegerField(_("position"), default=10)
    is_active = models.BooleanField(_("active"), default=True)
    facility = models.ForeignKey(
        "worklist.Facility",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    modality = models.CharField(_("modality"), max_length=16, blank=True, default="")
    body_part = models.CharField(_("body part"), max_length=64, blank=True, default="")
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, null=True, blank=True
    )
    strategy = models.CharField(
        _("choice"), max_length=16, choices=Strategy.choices, default=Strategy.SAME_READER
    )
    readers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("readers")
    )
    # Nobody is given more than this many unread studies by the rule; blank is no limit.
    workload_limit = models.PositiveIntegerField(_("at most unread"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class TurnaroundTarget(models.Model):
    """In how many minutes a report is to be final; the most specific row that fits decides."""

    facility = models.ForeignKey(
        "worklist.Facility",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices)
    modality = models.CharField(_("modality"), max_length=16, blank=True, default="")
    minutes = models.PositiveIntegerField(_("minutes"))

    class Meta:
        verbose_name = _("turnaround target")
        verbose_name_plural = _("turnaround targets")
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "priority", "modality"], name="target_once"
            ),
            models.UniqueConstraint(
                fields=["priority", "modality"],
                name="target_once_everywhere",
                condition=models.Q(facility__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_priority_display()} {self.modality}: {self.minutes} min"


class ReaderLease(models.Model):
    """Who writes a study's report now. `token` grows with every taking: an older one is stale."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="lease")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    token = models.PositiveBigIntegerField(default=0)
    # Tells two windows of the same reader apart.
    holder = models.CharField(max_length=64, blank=True, default="")
    acquired_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reader lease")
        verbose_name_plural = _("reader leases")
        default_permissions = ()

    def __str__(self) -> str:
        return f"lease {self.pk}"
