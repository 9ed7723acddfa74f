"""Forms of the admin pages of templates."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from reports.catalogue.inline import SourceError
from reports.catalogue.mrrt import MAX_BYTES, Imported, MrrtError, read_mrrt
from reports.catalogue.sections_text import sections_text
from reports.catalogue.source import compile_sections
from reports.models import Macro, ReportTemplate

_START = "# Indication!\n{{Indication!: text}}\n\n# Findings!\n\n# Impression!\n"


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A template of the house; its sections are edited as text."""

    sections = forms.CharField(
        label=_("Sections"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 30, "spellcheck": "true"}),
        help_text=_(
            "“# Title!” begins a section (! it must not be empty), “**words**” are bold, “- ” is an"
            " item, “| a | b |” a row. Fields: {{Label: text}}, {{Label!: choice a / b = a}},"
            " {{Label: number mm 0..100}}, {{Label: date}}; ! must be filled in."
        ),
    )

    class Meta:
        model = ReportTemplate
        fields = ("name", "modality", "body_part", "language", "facility", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        content = self.instance.content
        if "sections" in self.fields:
            self.initial.setdefault("sections", sections_text(content) if content else _START)

    def clean_modality(self) -> str:
        """Return the modality as DICOM writes it."""
        return str(self.cleaned_data["modality"]).upper()

    def clean_sections(self) -> str:
        """Refuse what is not of the form; the message names the line."""
        text = str(self.cleaned_data["sections"])
        try:
            self.content = compile_sections(text, title=self.data.get("name", "")[:120])
        except SourceError as error:
            raise ValidationError(str(error)) from error
        return text


class ImportForm(forms.Form):
    """An MRRT file to take over."""

    file = forms.FileField(
        label=_("MRRT template (HTML)"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".html,.htm,.xhtml,text/html"}),
    )

    def clean_file(self) -> Imported:
        """Return what the file holds."""
        file: Any = self.cleaned_data["file"]
        try:
            return read_mrrt(file.read(MAX_BYTES + 1))
        except MrrtError as error:
            raise ValidationError(str(error)) from error


class MacroForm(forms.ModelForm):  # type: ignore[type-arg]
    """A macro of everybody's."""

    class Meta:
        model = Macro
        fields = ("trigger", "text", "modality", "is_active")

    def clean_trigger(self) -> str:
        """Refuse a word that everybody has a macro of already."""
        trigger = str(self.cleaned_data["trigger"])
        others = Macro.objects.filter(owner__isnull=True, trigger=trigger)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a macro of this word already."))
        return trigger

    def clean_modality(self) -> str:
        """Return the modality as DICOM writes it."""
        return str(self.cleaned_data["modality"]).upper()
