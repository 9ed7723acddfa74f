from typing import Any

from allauth.account import admin as account_admin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.account.views import logout
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from unfold.admin import ModelAdmin

from audit.services import record_administration, record_password_changed
from worklist.adapters import actor_of
from worklist.forms import ApiTokenForm, UserForm
from worklist.models import ApiToken, CustomUser, Facility
from worklist.services import (
    create_token,
    create_user,
    remove_second_factor,
    reset_password,
)

# Importing these registers their models: roles take the place of groups, and addresses and
# authenticators belong to their owners. What they registered is hidden again.
_REGISTERED_BY = (auth_admin, account_admin, mfa_admin)
for hidden in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(hidden):
        admin.site.unregister(hidden)

# One door: the site's own sign-in page knows neither rate limits nor the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.logout = logout  # type: ignore[method-assign]
admin.site.password_change = RedirectView.as_view(  # type: ignore[method-assign, assignment]
    pattern_name="account_change_password"
)


class RecordedAdmin(ModelAdmin):  # type: ignore[misc]
    """Leaves a row in the audit log for every change."""

    subject_kind = ""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self.record(request, obj, "changed" if change else "created", form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.record(request, obj, "deleted", [])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def record(self, request: HttpRequest, obj: Any, change: str, fields: list[str]) -> None:
        record_administration(
            actor=actor_of(request),
            subject_kind="role" if "role" in fields else self.subject_kind,
            subject=str(obj),
            change=change,
            fields=fields,
            facility_id=getattr(obj, "facility_id", None),
        )


@admin.register(Facility)
class FacilityAdmin(RecordedAdmin):
    subject_kind = "facility"
    list_display = ("name", "dicom_ae_title", "phone", "email", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "dicom_ae_title")
    fieldsets = (
        (None, {"fields": ("name", "dicom_ae_title", "is_active")}),
        (_("Contact"), {"fields": ("address", "phone", "email")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its studies would be nobody's: a facility is made inactive instead


@admin.register(CustomUser)
class CustomUserAdmin(RecordedAdmin):
    subject_kind = "user"
    form = UserForm
    list_display = ("username", "full_name", "role", "facility", "is_active", "last_login")
    list_filter = ("role", "facility", "is_active")
    list_select_related = ("facility",)
    search_fields = ("username", "first_name", "last_name", "email")
    readonly_fields = ("last_login", "date_joined")
    autocomplete_fields = ("facility",)
    actions = ("give_new_password", "remove_second_factors")
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("role", "facility", "is_active")}),
        (_("History"), {"fields": ("last_login", "date_joined")}),
    )

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user: CustomUser) -> str:
        return user.get_full_name()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # an account is made inactive: what it did keeps its name

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            created, password = create_user(**form.cleaned_data)
            obj.pk = created.pk
            obj.refresh_from_db()
            self._show_once(request, created, password)
            self.record(request, obj, "created", form.changed_data)
        else:
            super().save_model(request, obj, form, change)

    @admin.action(description=_("Give a new password"))
    def give_new_password(self, request: HttpRequest, queryset: QuerySet[CustomUser]) -> None:
        for user in queryset:
            self._show_once(request, user, reset_password(user))
            record_password_changed(actor=actor_of(request), subject=user.username)

    @admin.action(description=_("Remove the second factor"))
    def remove_second_factors(self, request: HttpRequest, queryset: QuerySet[CustomUser]) -> None:
        for user in queryset:
            if remove_second_factor(user):
                self.record(request, user, "changed", ["second factor"])
                text = _("The second factor of %(name)s was removed.") % {"name": user.username}
                self.message_user(request, text, messages.SUCCESS)

    def _show_once(self, request: HttpRequest, user: CustomUser, password: str) -> None:
        text = _(
            "Password of %(name)s: %(password)s (shown this once; it must be changed when"
            " signing in)"
        )
        values = {"name": user.username, "password": password}
        self.message_user(request, text % values, messages.WARNING)


@admin.register(ApiToken)
class ApiTokenAdmin(RecordedAdmin):
    subject_kind = "token"
    form = ApiTokenForm
    list_display = ("name", "user", "prefix", "created_at", "expires_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)
    fields = ("user", "name", "expires_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a token is withdrawn and a new one made

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        data = form.cleaned_data
        made, token = create_token(data["user"], data["name"], data["expires_at"])
        obj.pk = made.pk
        obj.refresh_from_db()
        text = _("The token, shown this once: %(token)s") % {"token": token}
        self.message_user(request, text, messages.WARNING)
        self.record(request, obj, "created", form.changed_data)
