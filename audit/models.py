"""The audit log: rows are only ever added (PS3.15 A.5 events, one row each)."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AppendOnlyError(TypeError):
    """The program tried to change or delete what may only be added to."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that can be read and added, and nothing else."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model._meta.verbose_name_plural} are only ever added")

    update = delete = bulk_update = update_or_create = _refuse


class AppendOnlyModel(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row; refuse to change one."""
        if not self._state.adding:
            raise AppendOnlyError("an audit row is never changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("an audit row is never deleted")


class AuditEvent(AppendOnlyModel):
    """Who did what to which study, from where, with what outcome.

    Users and facilities are named by value: a row outlives what it tells of.
    """

    occurred_at = models.DateTimeField(default=timezone.now)
    event_code = models.CharField(max_length=16)  # DCM code, e.g. 110104 Instances Transferred
    type_code = models.CharField(max_length=16, blank=True, default="")
    action = models.CharField(max_length=1)  # C R U D E
    outcome = models.PositiveSmallIntegerField(default=0)  # 0 success, 4 minor, 8 serious, 12 major
    user_id = models.BigIntegerField(null=True, blank=True)
    user_name = models.CharField(max_length=150, blank=True, default="")
    role = models.CharField(max_length=16, blank=True, default="")
    facility_id = models.BigIntegerField(null=True, blank=True)
    address = models.CharField(max_length=64, blank=True, default="")
    study_instance_uid = models.CharField(max_length=64, blank=True, default="")
    patient_id = models.CharField(max_length=64, blank=True, default="")
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        permissions = []
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["study_instance_uid", "id"], name="audit_study"),
            models.Index(fields=["user_id", "id"], name="audit_user"),
            models.Index(fields=["occurred_at"], name="audit_time"),
        ]

    def __str__(self) -> str:
        return f"{self.event_code} {self.action} {self.pk}"


class AuditSeal(AppendOnlyModel):
    """A link of the chain (`audit.sealing`): covers the rows up to `last_event_id` since the last.

    Rows are added by many writers at once and are sealed afterwards in one order, so that no
    writer of the archive ever waits for the chain.
    """

    previous_hash = models.BinaryField(max_length=32)
    first_event_id = models.BigIntegerField()
    last_event_id = models.BigIntegerField(unique=True)
    event_count = models.PositiveIntegerField()
    seal_hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"seal {self.first_event_id}-{self.last_event_id}"
