"""Forms of the administration site."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from worklist.models import ApiToken, CustomUser, UserRole
from worklist.roles import FACILITY_BOUND_ROLES
from worklist.services import is_last_administrator


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account; its password is generated and never typed here."""

    class Meta:
        model = CustomUser
        fields = ("username", "first_name", "last_name", "email", "role", "facility", "is_active")
        widgets = {"username": UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})}

    def clean_username(self) -> str:
        """Return the name in the form in which it is kept."""
        return CustomUser.normalize_username(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        """Ask for a facility where the role needs one, and for one administrator to remain."""
        cleaned = super().clean() or {}
        role = cleaned.get("role")
        if role in FACILITY_BOUND_ROLES and cleaned.get("facility") is None:
            self.add_error("facility", _("This role works for one facility: choose it."))
        loses_rights = role != UserRole.ADMIN or not cleaned.get("is_active", True)
        if self._was_administrator() and loses_rights and is_last_administrator(self.instance):
            self.add_error("role", _("The last administrator cannot be taken away."))
        return cleaned

    def _was_administrator(self) -> bool:
        if self.instance.pk is None:
            return False
        stored = CustomUser.objects.get(pk=self.instance.pk)
        return stored.role == UserRole.ADMIN and stored.is_active


class ApiTokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new API token: for whom, for what, for how long."""

    class Meta:
        model = ApiToken
        fields = ("user", "name", "expires_at")
