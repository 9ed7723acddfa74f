"""Forms about critical results, for pages and API alike."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.critical.services import Recipient
from reports.models import CriticalResult


def encodable(text: str) -> str:
    """Return text with a question mark for each lone surrogate."""
    return text.encode("utf-8", "replace").decode()


class ReportForm(forms.Form):
    """What was found, how soon somebody must know, and who."""

    finding = forms.CharField(label=_("Finding"), max_length=4000)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=CriticalResult.Urgency.choices)
    recipient: Any = forms.ModelChoiceField(
        label=_("Recipient with an account"), queryset=None, required=False
    )
    recipient_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    recipient_email = forms.EmailField(label=_("Mail address"), required=False)
    # Told already, by telephone, before this was written down.
    is_told = forms.BooleanField(label=_("Already told by telephone"), required=False)
    read_back = forms.BooleanField(label=_("The finding was read back"), required=False)

    def __init__(self, *args: Any, recipients: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["recipient"]
        model = CriticalResult._meta.get_field("recipient").related_model
        users: Any = model
        field.queryset = users._default_manager.filter(pk__in=[user.pk for user in recipients])

    def clean_finding(self) -> str:
        """Return the finding without what no database keeps."""
        return encodable(self.cleaned_data["finding"])

    def clean_recipient_name(self) -> str:
        """Return the name on one line."""
        return " ".join(encodable(self.cleaned_data["recipient_name"]).split())

    def clean(self) -> dict[str, Any]:
        """Ask for one who must know, and for the read-back of one who was told."""
        cleaned = super().clean() or {}
        if not cleaned.get("recipient") and not cleaned.get("recipient_name"):
            self.add_error("recipient_name", _("Say who must know."))
        if cleaned.get("is_told") and not cleaned.get("read_back"):
            self.add_error("read_back", _("Let them read the finding back, then tick this."))
        return cleaned

    def made_recipient(self) -> Recipient:
        """Return who must know."""
        data = self.cleaned_data
        user = data["recipient"]
        if user is not None:
            return Recipient(user.get_full_name() or user.get_username(), user.email, user)
        return Recipient(data["recipient_name"], data["recipient_email"])


class AcknowledgeForm(forms.Form):
    """Who takes a critical result over."""

    name = forms.CharField(label=_("Your name"), max_length=200)
    read_back = forms.BooleanField(
        label=_("I know the finding, have read it back, and see to the patient.")
    )


class CancelForm(forms.Form):
    """Why a critical result is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
