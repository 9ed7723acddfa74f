"""The form of a user's preferences."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.kinds import Kind
from notifications.models import Preference
from notifications.preferences import MAIL_CHOICES, known_zones


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Quiet hours, digest and sound; the matrix of kinds is read beside it."""

    class Meta:
        model = Preference
        fields = ("time_zone", "quiet_from", "quiet_until", "digest_at", "has_sound")
        labels = {
            "time_zone": _("Time zone"),
            "quiet_from": _("From"),
            "quiet_until": _("until"),
            "digest_at": _("Daily digest at"),
            "has_sound": _("A gentle sound for STAT studies and critical results"),
        }

    def clean_time_zone(self) -> str:
        """Refuse a zone that there isn't; blank is the installation's."""
        name: str = self.cleaned_data["time_zone"]
        if name and name not in known_zones():
            raise forms.ValidationError(_("There is no such time zone."))
        return "" if name == settings.TIME_ZONE else name

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of the quiet hours, or for none."""
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None):
            self.add_error("quiet_until", _("Quiet hours need a beginning and an end."))
        return cleaned


def choices_in(data: Any, kinds: list[Kind]) -> dict[str, dict[str, Any]]:
    """Return the matrix of a form: for each kind whether it is shown, and how mail is sent."""
    return {kind.key: _choice(data, kind) for kind in kinds}


def _choice(data: Any, kind: Kind) -> dict[str, Any]:
    mail = data.get(f"mail:{kind.key}")
    return {
        "app": data.get(f"app:{kind.key}") == "on",
        "mail": mail if mail in MAIL_CHOICES else kind.mail,
    }
