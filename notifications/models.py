"""The outbox: what happened, written in the transaction in which it happened."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutboxEvent(models.Model):
    """An event for live pages and, later, for mail and webhooks.

    `payload` names things by key and UID; what a listener may see of them is looked up when
    it is shown, under the listener's own rights.
    """

    topic = models.CharField(max_length=64)
    facility_id = models.BigIntegerField(null=True, blank=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["created_at"], name="outbox_created")]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"
