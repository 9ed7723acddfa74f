"""The audit log in the admin area: to be read, by those who may."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from audit.models import AuditEvent, AuditSeal


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Lists and shows, for holders of ``audit.view_audit``."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.is_active and request.user.has_perm("audit.view_audit")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "occurred_at",
        "event_code",
        "action",
        "outcome",
        "user_name",
        "role",
        "address",
        "study_instance_uid",
    )
    list_filter = ("event_code", "action", "outcome", "role")
    search_fields = ("=user_name", "=study_instance_uid", "=patient_id", "=address")
    ordering = ("-id",)
    show_full_result_count = False
    list_per_page = 50


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin):
    list_display = ("id", "first_event_id", "last_event_id", "event_count", "sealed_at")
    ordering = ("-id",)
    show_full_result_count = False
