"""A report as a document: what stands on its pages, and those pages as HTML."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.models import Study
from reports.content import Content, Node, plain_text
from reports.lifecycle import ReportStatus
from reports.models import ReportVersion, VersionKind
from reports.paper import persons
from reports.paper.letterheads import Look
from reports.paper.markup import body_html
from reports.paper.scripts import direction
from reports.paper.tokens import print_number, qr_picture
from reports.paper.versions import Standing, State, addenda_of, life_of, main_version, released

# What a page is called at its head; a report with addenda keeps the name that it had.
_HEADS: Final = {
    VersionKind.PRELIMINARY: gettext_lazy("Preliminary report"),
    VersionKind.FINAL: gettext_lazy("Final report"),
    VersionKind.ADDENDUM: gettext_lazy("Final report"),
    VersionKind.CORRECTION: gettext_lazy("Corrected report"),
    VersionKind.WITHDRAWAL: gettext_lazy("Withdrawn report"),
}
# Modalities of what is said about images, not of how they were made.
_NO_IMAGES: Final = frozenset({"", "SR", "DOC", "KO", "PR"})
_STYLES: Final = Path(__file__).parent.parent / "static/reports/paper/paper.css"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; `signed_name` and `signed` are of an addendum."""

    title: str
    html: SafeString
    signed_name: str = ""
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What must be seen first: the word across the pages, and a sentence above the text."""

    word: str
    sentence: str
    kind: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value in the block of patient and examination."""

    label: str
    value: str
    direction: str = "ltr"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A version of the report's history."""

    number: int
    kind: str
    signed_name: str
    signed: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that stands on the pages of one report."""

    look: Look
    title: str
    kind: str
    name: persons.WrittenName
    patient: list[Fact]
    examination: list[Fact]
    sections: list[Section]
    addenda: list[Section]
    marks: list[Mark]
    signed_name: str
    signed: str
    signed_at: datetime
    number: int
    fingerprint: str
    is_preliminary: bool
    address: str
    print_number: str
    qr: str
    history: list[HistoryLine] = field(default_factory=list)

    @property
    def name_direction(self) -> str:
        """The direction in which the patient's name runs."""
        return direction(self.name.shown)


def sheet_of(
    version: ReportVersion,
    study: Study,
    look: Look,
    *,
    earlier: list[ReportVersion],
    standing: Standing,
    token: str,
    address: str,
) -> Sheet:
    """Return the document of a signed version.

    Parameters
    ----------
    earlier : list of ReportVersion
        Those before it, oldest first.
    standing : Standing
        What has become of it since.
    token, address : str
        The print's token, and where its QR code leads.
    """
    content: Content = version.content
    life, main = life_of(earlier), main_version(version, earlier)
    return Sheet(
        look=look,
        title=content.get("title") or study.description or _("Radiology report"),
        kind=str(_HEADS[VersionKind(main.kind)]),
        name=persons.written_name(study.patient_name),
        patient=_patient(study),
        examination=_examination(study),
        sections=_sections(content),
        addenda=[
            Section(
                one.section["title"],
                body_html(one.section["body"]),
                one.version.signed_name,
                persons.moment_text(one.version.signed_at),
            )
            for one in addenda_of(version, earlier)
        ],
        marks=_marks(version, life, standing),
        signed_name=main.signed_name,
        signed=persons.moment_text(main.signed_at),
        signed_at=version.signed_at,
        number=version.number,
        fingerprint=version.version_hash[:16],
        is_preliminary=version.status == ReportStatus.PRELIMINARY,
        address=address,
        print_number=print_number(token),
        qr=qr_picture(address),
        history=_history(version, earlier),
    )


def _sections(content: Content) -> list[Section]:
    """Return the sections that say something."""
    return [
        Section(section["title"], body_html(section["body"]))
        for section in content["sections"]
        if section.get("kind") != "addendum" and _says_something(section)
    ]


def _says_something(section: Node) -> bool:
    return bool(plain_text(section["body"]))


def _patient(study: Study) -> list[Fact]:
    facts = (
        Fact(_("Date of birth"), persons.date_text(study.patient_birth_date)),
        Fact(_("Age at examination"), persons.age_text(study)),
        Fact(_("Sex"), persons.sex_text(study)),
        Fact(_("Patient ID"), study.dicom_patient_id),
    )
    return [fact for fact in facts if fact.value]


def _examination(study: Study) -> list[Fact]:
    referring = persons.spoken_name(study.referring_physician)
    modalities = [code for code in study.modalities.split("\\") if code not in _NO_IMAGES]
    facts = (
        Fact(_("Examination"), study.description),
        Fact(_("Date of examination"), persons.date_text(study.study_date)),
        Fact(_("Modality"), ", ".join(modalities)),
        Fact(_("Accession number"), study.accession_number),
        Fact(_("Referred by"), referring, direction(referring)),
    )
    return [fact for fact in facts if fact.value]


def _marks(version: ReportVersion, earlier: list[ReportVersion], standing: Standing) -> list[Mark]:
    marks: list[Mark | None] = [_standing_mark(standing)]
    if version.status == ReportStatus.PRELIMINARY:
        marks.append(
            Mark(
                _("PRELIMINARY"),
                _("Preliminary report: not final. What it says may still change."),
                "preliminary",
            )
        )
    marks += [_correction_mark(one) for one in [*earlier, version] if _is_correction(one)][-1:]
    return [mark for mark in marks if mark]


def _is_correction(version: ReportVersion) -> bool:
    return version.kind == VersionKind.CORRECTION


def _correction_mark(version: ReportVersion) -> Mark:
    sentence = _("Corrected report of %(when)s: it replaces every earlier version.") % {
        "when": persons.moment_text(version.signed_at)
    }
    if version.reason:
        sentence += " " + _("Reason: %(reason)s") % {"reason": version.reason}
    return Mark(_("CORRECTED"), sentence, "corrected")


def _standing_mark(standing: Standing) -> Mark | None:
    if standing.by is None or standing.since is None:
        return None
    when = persons.moment_text(standing.since)
    if standing.state is State.WITHDRAWN:
        sentence = _("Withdrawn on %(when)s: this report must not be used.") % {"when": when}
        if standing.by.reason:
            sentence += " " + _("Reason: %(reason)s") % {"reason": standing.by.reason}
        return Mark(_("WITHDRAWN"), sentence, "withdrawn")
    sentence = _("Superseded on %(when)s: %(kind)s.") % {
        "when": when,
        "kind": standing.by.get_kind_display().lower(),
    }
    return Mark(_("SUPERSEDED"), sentence, "withdrawn")


def _history(version: ReportVersion, earlier: list[ReportVersion]) -> list[HistoryLine]:
    """Return what was released up to this version, and withdrawn; nothing when it is the first."""
    shown = released(earlier)
    if not shown:
        return []
    return [history_line(one) for one in [*shown, version]]


def history_line(version: ReportVersion) -> HistoryLine:
    """Return a version as a line of its report's history."""
    return HistoryLine(
        version.number,
        version.get_kind_display(),
        version.signed_name,
        persons.moment_text(version.signed_at),
        version.reason,
    )


def page_html(sheet: Sheet) -> str:
    """Return a sheet as a whole HTML document with all its styles, for the press."""
    return render_to_string("reports/paper/document.html", {"sheet": sheet, "styles": styles()})


@cache
def styles() -> SafeString:
    """Return the style sheet of the paper, which the preview uses as well."""
    return mark_safe(_STYLES.read_text(encoding="utf-8"))  # noqa: S308 - our own file
