"""Why something is rejected: titles of rejection notes, and reasons for poor quality.

References: PS3.16 CID 7010 (Key Object Selection Document Title), CID 7011 (Rejected for Quality
Reasons); IHE RAD TF IOCM.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dicomkit.rejection_note import (
    INCORRECT_WORKLIST_ENTRY,
    PATIENT_SAFETY,
    QUALITY,
    RETENTION_EXPIRED,
)


@dataclass(frozen=True, slots=True)
class Code:
    """A code of DCM: what notes carry (`meaning`, in English), and what people read (`label`)."""

    value: str
    meaning: str
    label: str | Promise


TITLES: Final[dict[str, str | Promise]] = {
    QUALITY: _("Quality"),
    PATIENT_SAFETY: _("Patient safety"),
    INCORRECT_WORKLIST_ENTRY: _("Incorrect worklist entry"),
    RETENTION_EXPIRED: _("Data retention expired"),
}


def _table(*rows: Code) -> dict[str, Code]:
    return {row.value: row for row in rows}


REASONS: Final = _table(
    Code("111210", "Motion blur", _("Motion")),
    Code("111209", "Positioning", _("Positioning")),
    Code("111207", "Image artifact(s)", _("Image artifact")),
    Code("111212", "Over exposed", _("Over-exposed")),
    Code("111211", "Under exposed", _("Under-exposed")),
    Code("113026", "Double exposure", _("Double exposure")),
    Code("111208", "Grid artifact(s)", _("Grid artifact")),
    Code("111213", "No image", _("No image")),
    Code("111214", "Detector artifact(s)", _("Detector artifact")),
    Code("111215", "Artifact(s) other than grid or detector artifact", _("Other artifact")),
    Code("111216", "Mechanical failure", _("Mechanical failure")),
    Code("111217", "Electrical failure", _("Electrical failure")),
    Code("111218", "Software failure", _("Software failure")),
    Code("111219", "Inappropriate image processing", _("Inappropriate processing")),
    Code("111220", "Other failure", _("Other failure")),
    Code("111221", "Unknown failure", _("Unknown failure")),
)


def label_of(title: str, reason: str) -> str:
    """Return title and reason in words, for people."""
    words = str(TITLES.get(title, title))
    if reason:
        code = REASONS.get(reason)
        words = f"{words}: {code.label if code else reason}"
    return words
