"""The outbox: what happened, written in the transaction in which it happened; and who was told."""

import uuid
from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutboxEvent(models.Model):
    """An event for live pages, notices and mail.

    `payload` names things by key and UID; what a listener may see of them is looked up when
    it is shown, under the listener's own rights.
    """

    topic = models.CharField(max_length=64)
    facility_id = models.BigIntegerField(null=True, blank=True)
    # The one user whom this event is for; blank: whoever may hear of the facility.
    user_id = models.BigIntegerField(null=True, blank=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    # When its notices were made; an event of which nobody is told is born with it.
    dispatched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["created_at"], name="outbox_created"),
            models.Index(
                fields=["id"], name="outbox_open", condition=Q(dispatched_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"


class Notice(models.Model):
    """That one user is to know of one event; its words are made when it is shown.

    The event's facts are kept here because the outbox forgets its events after some days.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    event_id = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    topic = models.CharField(max_length=64)
    facility_id = models.BigIntegerField(null=True, blank=True)
    payload = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    # Shown under the bell; otherwise it is here for its mail alone.
    is_in_app = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # The daily digest: whether this one waits for it, and the mail that took it along.
    wants_digest = models.BooleanField(default=False)
    digest = models.ForeignKey(
        "notifications.Delivery", on_delete=models.SET_NULL, null=True, related_name="notices"
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "event_id"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_newest"),
            models.Index(
                fields=["user", "-id"],
                name="notice_unread",
                condition=Q(read_at__isnull=True, is_in_app=True),
            ),
            models.Index(fields=["user"], name="notice_digest", condition=Q(wants_digest=True)),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Delivery(models.Model):
    """One message to one recipient by one channel, and what became of it.

    A row is claimed (`sending`, committed) before the first word is said to the mail server, so
    that a worker that is killed leaves a trace instead of a doubt.
    """

    class Channel(models.TextChoices):
        """By what means."""

        MAIL = "mail", _("mail")
        DIGEST = "digest", _("daily digest")

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("perhaps sent")
        SKIPPED = "skipped", _("not needed any more")

    # What it tells of ("event:17", "digest:2026-05-04") and whom ("user:3", "mail:a@b.c").
    source = models.CharField(max_length=64)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    recipient = models.CharField(max_length=260)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    notice = models.ForeignKey(
        Notice, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    topic = models.CharField(max_length=64, blank=True, default="")
    facility_id = models.BigIntegerField(null=True, blank=True)
    payload = models.JSONField(default=dict)
    # A second mail is better than none: sent again after a crash, with the same Message-ID.
    is_at_least_once = models.BooleanField(default=False)
    message_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        default_permissions = ()
        permissions = [("view_deliveries", "Can see what became of notifications")]
        constraints = [
            models.UniqueConstraint(fields=["source", "channel", "recipient"], name="delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="delivery_due", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["claimed_at"], name="delivery_claimed", condition=Q(state="sending")
            ),
            models.Index(fields=["state", "-created_at"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class Preference(models.Model):
    """How a user wants to be told of what; what is not written here is as the product has it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preference"
    )
    # {kind: {"app": bool, "mail": "now" | "digest" | "off"}}
    choices = models.JSONField(default=dict, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, default="")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest_at = models.TimeField(default=time(7, 0))
    has_sound = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        default_permissions = ()

    def __str__(self) -> str:
        return f"preference {self.pk}"


class MailPolicy(models.Model):
    """What a facility lets be written in mail; without a row, nothing of a patient."""

    facility = models.OneToOneField(
        "worklist.Facility",
        on_delete=models.CASCADE,
        related_name="mail_policy",
        verbose_name=_("facility"),
    )
    includes_patient = models.BooleanField(
        _("patient's data in mail"),
        default=False,
        help_text=_(
            "Mail is readable by whoever carries it. Without this, a mail says what happened and"
            " has a link; name, number and examination are seen after signing in."
        ),
    )

    class Meta:
        verbose_name = _("mail policy")
        verbose_name_plural = _("mail policies")
        default_permissions = ()

    def __str__(self) -> str:
        return f"mail policy {self.pk}"
