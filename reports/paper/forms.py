"""The form of a letterhead."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.models import Letterhead
from reports.paper.colours import COLOUR, LEAST_CONTRAST, contrast_on_white
from reports.paper.logos import LogoError, clean_logo

# What has room beside the heading, and at the foot of a page.
_CONTACT = (6, 60)
_FOOTER = (3, 120)


class LetterheadForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a facility says about its paper, with a logo that is made anew when it comes."""

    logo_file = forms.FileField(label=gettext_lazy("Logo"), required=False)
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)

    class Meta:
        model = Letterhead
        fields: ClassVar[list[str]] = [
            "heading",
            "subheading",
            "contact",
            "footer",
            "signature_note",
            "accent",
            "paper",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].widget.attrs["rows"] = 4
        self.fields["footer"].widget.attrs["rows"] = 2

    def clean_accent(self) -> str:
        """Refuse a colour that cannot be read on paper."""
        accent: str = self.cleaned_data["accent"].lower()
        if not COLOUR.fullmatch(accent):
            raise forms.ValidationError(_("A colour like #0b4a60."), code="colour")
        contrast = contrast_on_white(accent)
        if contrast < LEAST_CONTRAST:
            text = _("Too light to be read on white paper: contrast %(has)s, at least %(wanted)s.")
            raise forms.ValidationError(
                text % {"has": f"{contrast:.1f}", "wanted": LEAST_CONTRAST}, code="contrast"
            )
        return accent

    def clean_contact(self) -> str:
        """Keep what has room beside the heading."""
        return self._lines("contact", *_CONTACT)

    def clean_footer(self) -> str:
        """Keep what has room at the foot of a page."""
        return self._lines("footer", *_FOOTER)

    def _lines(self, name: str, most: int, longest: int) -> str:
        lines = [line.strip() for line in self.cleaned_data[name].strip().splitlines()]
        if len(lines) > most or any(len(line) > longest for line in lines):
            text = _("At most %(lines)s lines of %(letters)s characters.")
            raise forms.ValidationError(text % {"lines": most, "letters": longest}, code="lines")
        return "\n".join(lines)

    def clean_logo_file(self) -> tuple[bytes, str] | None:
        """Return the new logo as it will be kept, and its media type."""
        upload = self.cleaned_data.get("logo_file")
        if not upload:
            return None
        try:
            return clean_logo(upload.file, upload.size)
        except LogoError as error:
            raise forms.ValidationError(str(error), code="logo") from error

    def drawn(self) -> Letterhead:
        """Return the letterhead as the form has it; what is wrong in it stays as it was."""
        letterhead: Letterhead = self.instance
        logo = self.cleaned_data.get("logo_file")
        if logo:
            letterhead.logo, letterhead.logo_type = logo
        elif self.cleaned_data.get("remove_logo"):
            letterhead.logo, letterhead.logo_type = b"", ""
        return letterhead
