"""A report of nobody, to show a letterhead with."""

from datetime import UTC, datetime
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.content import Node
from reports.paper.letterheads import Look
from reports.paper.markup import body_html
from reports.paper.persons import WrittenName, moment_text
from reports.paper.sheet import Fact, Section, Sheet
from reports.paper.tokens import print_number, qr_picture

_TOKEN: Final = "sample"  # noqa: S105 - it opens nothing
_SIGNED: Final = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)


def sample_sheet(look: Look) -> Sheet:
    """Return a page with an invented patient under the letterhead `look`."""
    address = "https://example.org/prints/sample/"
    return Sheet(
        look=look,
        title=_("CT of the chest"),
        kind=_("Final report"),
        name=WrittenName(_("Sample, Patient")),
        patient=[
            Fact(_("Date of birth"), _("15 February 1970")),
            Fact(_("Age at examination"), _("56 years")),
            Fact(_("Sex"), _("female")),
            Fact(_("Patient ID"), "SAMPLE-001"),
        ],
        examination=[
            Fact(_("Examination"), _("CT of the chest with contrast")),
            Fact(_("Date of examination"), _("13 March 2026")),
            Fact(_("Modality"), "CT"),
            Fact(_("Accession number"), "A0001234"),
            Fact(_("Referred by"), _("Dr. Rita Referring")),
        ],
        sections=[
            Section(_("Clinical information"), _text(_("Cough for six weeks."))),
            Section(
                _("Findings"),
                _text(
                    _("Both lungs are clear; no nodule, no effusion. The heart is of normal size."),
                    _("Mediastinal lymph nodes are not enlarged."),
                ),
            ),
            Section(_("Impression"), _text(_("No finding that explains the cough."))),
        ],
        addenda=[],
        marks=[],
        signed_name=_("Dr. Sam Sample"),
        signed=moment_text(_SIGNED),
        signed_at=_SIGNED,
        number=1,
        fingerprint="0" * 16,
        is_preliminary=False,
        address=address,
        print_number=print_number(_TOKEN),
        qr=qr_picture(address),
    )


def _text(*paragraphs: str) -> SafeString:
    nodes: list[Node] = [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in paragraphs
    ]
    return body_html({"type": "doc", "content": nodes})
