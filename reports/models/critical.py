"""Critical results: who must know at once, and whether they do."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models import Study


class CriticalResult(models.Model):
    """A finding that somebody must be told of now, and how far that has come.

    Only the SHA-256 of the acknowledgement link's token is kept.
    """

    class Urgency(models.TextChoices):
        """Within what time it must be acknowledged."""

        RED = "red", _("at once (minutes)")
        ORANGE = "orange", _("within hours")
        YELLOW = "yellow", _("within days")

    class State(models.TextChoices):
        """How far the communication has come."""

        OPEN = "open", _("not acknowledged")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        CANCELLED = "cancelled", _("cancelled")

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="critical_results")
    finding = models.TextField()
    urgency = models.CharField(max_length=8, choices=Urgency.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    recipient_name = models.CharField(max_length=200)
    recipient_email = models.EmailField(blank=True, default="")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    token_digest = models.CharField(max_length=64, unique=True)
    # What the token is made from, with the installation's key (reports.critical.links).
    token_nonce = models.CharField(max_length=64, blank=True, default="")
    token_expires_at = models.DateTimeField(default=timezone.now)
    found_at = models.DateTimeField(default=timezone.now)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_name = models.CharField(max_length=200, blank=True, default="")
    # By the link, by telephone (entered by the reader), in the program.
    acknowledged_how = models.CharField(max_length=16, blank=True, default="")
    read_back = models.BooleanField(default=False)
    # When the communication became a text in a draft of the report, for the radiologist to sign.
    documented_at = models.DateTimeField(null=True, blank=True)
    # The next thing that happens by itself, and when; blank when nothing will.
    next_step = models.PositiveIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("critical result")
        verbose_name_plural = _("critical results")
        default_permissions = ()
        permissions = [("report_critical", "Can report and follow critical results")]
        indexes = [
            models.Index(
                fields=["next_step_at"],
                name="critical_next_step",
                condition=models.Q(state="open"),
            )
        ]

    def __str__(self) -> str:
        return f"critical result {self.pk}"


class CriticalStep(models.Model):
    """What was done about a critical result: told, reminded, acknowledged. Only added."""

    result = models.ForeignKey(CriticalResult, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=16)
    to = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    happened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("critical step")
        verbose_name_plural = _("critical steps")
        default_permissions = ()
        ordering = ["result", "number"]
        constraints = [
            models.UniqueConstraint(fields=["result", "number"], name="critical_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} ({self.result_id}/{self.number})"
