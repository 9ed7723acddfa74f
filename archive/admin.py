"""The archive in the admin area: lists to read, and the decisions about quarantine."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from archive.attachments.selectors import KEEPER
from archive.attachments.services import delete_attachment
from archive.errors import ArchiveError
from archive.models import Attachment, Patient, QuarantinedObject, Study, Tombstone
from archive.services import discard_quarantined, release_quarantined
from audit.actors import Actor
from dicomkit.errors import DicomkitError


class ReadOnlyAdmin(ModelAdmin):
    """Lists and shows; nothing is added, changed or deleted by hand."""

    permission = "archive.manage_study"
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        user: Any = request.user
        sees_all = user.is_active and user.has_perm("archive.view_all_facilities")
        return bool(sees_all and user.has_perm(self.permission))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Patient)
class PatientAdmin(ReadOnlyAdmin):
    list_display = ("name", "patient_id", "issuer", "birth_date", "sex", "facility")
    list_filter = ("facility",)
    list_select_related = ("facility",)
    search_fields = ("name_key__startswith", "=patient_id")
    ordering = ("-id",)


@admin.register(Study)
class StudyAdmin(ReadOnlyAdmin):
    list_display = (
        "patient_name",
        "dicom_patient_id",
        "study_date",
        "description",
        "modalities",
        "series_count",
        "instance_count",
        "alert",
        "facility",
        "received_at",
    )
    list_filter = ("facility", "alert")
    list_select_related = ("facility",)
    search_fields = ("=study_instance_uid", "=accession_number", "=dicom_patient_id")
    ordering = ("-received_at", "-id")


@admin.register(QuarantinedObject)
class QuarantinedObjectAdmin(ReadOnlyAdmin):
    permission = "archive.resolve_quarantine"
    list_display = (
        "sop_instance_uid",
        "reason",
        "facility",
        "sender",
        "size_bytes",
        "received_at",
        "resolution",
    )
    list_filter = ("resolution", "reason", "facility")
    list_select_related = ("facility",)
    search_fields = ("=sop_instance_uid", "=study_instance_uid")
    ordering = ("-received_at", "-id")
    actions = ("release", "discard")

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """Say whether the user may decide; the actions ask for it by name."""
        return self.has_view_permission(request)

    @admin.action(description=_("Store in the archive after all"), permissions=["resolve"])
    def release(self, request: HttpRequest, queryset: QuerySet[QuarantinedObject]) -> None:
        self._decide(request, queryset, release_quarantined)

    @admin.action(description=_("Delete for good"), permissions=["resolve"])
    def discard(self, request: HttpRequest, queryset: QuerySet[QuarantinedObject]) -> None:
        self._decide(request, queryset, discard_quarantined)

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[QuarantinedObject],
        decide: Callable[..., object],
    ) -> None:
        actor = Actor.of_user(request.user, getattr(request, "client_address", ""))
        done = 0
        for row in queryset.order_by("pk"):
            try:
                decide(row, actor=actor)
            except (ArchiveError, DicomkitError) as error:
                self.message_user(request, f"{row.sop_instance_uid}: {error}", messages.ERROR)
            else:
                done += 1
        text = ngettext("%d object was settled.", "%d objects were settled.", done) % done
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """Files beside studies, those first that the scanner blocked; they can be deleted for good."""

    permission = KEEPER
    list_display = (
        "name",
        "state",
        "scan_note",
        "kind",
        "size_bytes",
        "facility",
        "uploaded_name",
        "uploaded_at",
    )
    list_filter = ("state", "kind", "facility")
    list_select_related = ("facility",)
    search_fields = ("=study_instance_uid",)
    ordering = ("-uploaded_at", "-id")
    exclude = ("thumbnail", "sha256", "storage_key")
    actions = ("remove",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        return Attachment.objects.filter(deleted_at__isnull=True)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Say whether the user may delete; the action asks for it by name."""
        return self.has_view_permission(request)

    @admin.action(description=_("Delete for good"), permissions=["remove"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> None:
        actor = Actor.of_user(request.user, getattr(request, "client_address", ""))
        rows = list(queryset.order_by("pk"))
        for row in rows:
            delete_attachment(row, user=request.user, actor=actor, reason="by an administrator")
        text = ngettext("%d file was deleted.", "%d files were deleted.", len(rows)) % len(rows)
        self.message_user(request, text, messages.SUCCESS)


@admin.register(Tombstone)
class TombstoneAdmin(ReadOnlyAdmin):
    list_display = ("sop_instance_uid", "study_instance_uid", "reason", "deleted_at", "unlinked_at")
    list_filter = ("facility",)
    list_select_related = ("facility",)
    search_fields = ("=sop_instance_uid", "=study_instance_uid")
    ordering = ("-id",)
