"""Rules of assignment and targets of turnaround in the admin area."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from audit.actors import Actor
from audit.services import record_administration
from reports.assignment.services import is_reader
from reports.models import AssignmentRule, TurnaroundTarget
from reports.selectors import name_of


class ManagedAdmin(ModelAdmin):  # type: ignore[misc]
    """For who manages reading; each change is recorded."""

    kind = ""
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may_manage(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._may_manage(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_manage(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._may_manage(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._may_manage(request)

    def _may_manage(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.has_perm("reports.manage_reading"))

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._record(request, obj, "changed" if change else "created", list(form.changed_data))

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(request, obj, "deleted", [])
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            self._record(request, row, "deleted", [])
        super().delete_queryset(request, queryset)

    def _record(self, request: HttpRequest, row: Any, change: str, fields: list[str]) -> None:
        record_administration(
            actor=Actor.of_user(request.user, getattr(request, "client_address", "")),
            subject_kind=self.kind,
            subject=str(row),
            change=change,
            fields=fields,
            facility_id=row.facility_id,
        )


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule with its codes as DICOM writes them."""

    class Meta:
        model = AssignmentRule
        fields = (
            "name",
            "position",
            "is_active",
            "facility",
            "modality",
            "body_part",
            "priority",
            "strategy",
            "readers",
            "workload_limit",
        )
        help_texts = {
            "position": _("The first rule that fits and has a free reader decides: 1 before 2."),
            "facility": _("Blank: every facility."),
            "modality": _("As DICOM writes it, e.g. CT. Blank: every modality."),
            "body_part": _("As DICOM writes it, e.g. CHEST. Blank: every part."),
            "priority": _("Blank: every priority."),
            "workload_limit": _("Unread studies of one reader. Blank: no limit."),
        }

    def clean_modality(self) -> str:
        """Return the modality in capitals (PS3.5 6.2, CS)."""
        return str(self.cleaned_data["modality"]).strip().upper()

    def clean_body_part(self) -> str:
        """Return the body part in capitals (PS3.5 6.2, CS)."""
        return str(self.cleaned_data["body_part"]).strip().upper()

    def clean_readers(self) -> Any:
        """Refuse accounts that may not sign: nothing could be given to them."""
        readers = self.cleaned_data["readers"]
        if others := [reader.get_username() for reader in readers if not is_reader(reader)]:
            text = _("Not active radiologists: %(names)s")
            raise forms.ValidationError(text, params={"names": ", ".join(others)})
        return readers


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(ManagedAdmin):
    kind = "assignment rule"
    form = RuleForm
    list_display = (
        "position",
        "name",
        "is_active",
        "facility",
        "modality",
        "body_part",
        "priority",
        "strategy",
        "workload_limit",
    )
    list_display_links = ("name",)
    list_filter = ("is_active", "facility", "strategy")
    list_select_related = ("facility",)
    search_fields = ("name",)
    ordering = ("position", "id")
    filter_horizontal = ("readers",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "readers" and field is not None:
            active = get_user_model()._default_manager.filter(is_active=True)
            keys = [user.pk for user in active if is_reader(user)]
            field.queryset = active.filter(pk__in=keys).order_by("last_name", "username")
            field.label_from_instance = name_of
        return field


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]
    """A target with its modality as DICOM writes it."""

    class Meta:
        model = TurnaroundTarget
        fields = ("facility", "priority", "modality", "minutes")
        help_texts = {
            "facility": _("Blank: every facility that has no target of its own."),
            "modality": _("As DICOM writes it, e.g. CT. Blank: every modality."),
            "minutes": _("From when the study came in until its report is final."),
        }

    def clean_modality(self) -> str:
        """Return the modality in capitals (PS3.5 6.2, CS)."""
        return str(self.cleaned_data["modality"]).strip().upper()

    def clean_minutes(self) -> int:
        """Refuse a target that nobody could meet, or of more than a year."""
        minutes = int(self.cleaned_data["minutes"])
        if not 0 < minutes <= 366 * 24 * 60:
            raise forms.ValidationError(_("Between a minute and a year."))
        return minutes


@admin.register(TurnaroundTarget)
class TurnaroundTargetAdmin(ManagedAdmin):
    kind = "turnaround target"
    form = TargetForm
    list_display = ("priority", "facility", "modality", "minutes")
    list_filter = ("priority", "facility")
    list_select_related = ("facility",)
    ordering = ("priority", "facility", "modality")
