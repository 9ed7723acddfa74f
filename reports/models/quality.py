"""What technicians accepted; what they rejected stands in `archive.models.Rejection`."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models import Study


class Acceptance(models.Model):
    """A study that was found good, or some series or instances of it (then their UIDs stand here).

    Rows are only added; a later rejection of the whole study takes away what they say of it, and
    gives it back when it is undone.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="acceptances")
    series_uids = models.JSONField(default=list, blank=True)
    instance_uids = models.JSONField(default=list, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    accepted_name = models.CharField(max_length=150, blank=True, default="")
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        default_permissions = ()

    def __str__(self) -> str:
        return f"acceptance {self.pk}"

    @property
    def is_of_study(self) -> bool:
        """Whether all of the study was accepted at once."""
        return not self.series_uids and not self.instance_uids
