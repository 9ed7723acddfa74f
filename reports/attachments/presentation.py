"""An attachment as a person reads it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.attachments.content import delivery_of
from archive.attachments.reading import is_deliverable
from archive.attachments.selectors import KEEPER_ROLE, roles, unpacked_roles
from archive.attachments.services import may_delete
from archive.models import Attachment, Study
from dicomkit.names import PersonName

_TYPE_NAMES: dict[str, Any] = {
    "application/pdf": "PDF",
    "application/x-active-pdf": gettext_lazy("Active PDF"),
    "text/plain": gettext_lazy("Text"),
    "text/html": gettext_lazy("Web page"),
    "application/zip": "ZIP",
    "application/dicom": "DICOM",
    "application/rtf": "RTF",
    "application/gzip": "gzip",
    "application/x-ole-storage": gettext_lazy("Office"),
    "application/x-office-word": gettext_lazy("Word"),
    "application/x-office-sheet": gettext_lazy("Sheet"),
    "application/x-office-slides": gettext_lazy("Slides"),
    "application/x-office-office": gettext_lazy("Office"),
    "application/x-msdownload": gettext_lazy("Program"),
    "application/x-executable": gettext_lazy("Program"),
    "video/mp4": "MP4",
}


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """What one line of the list shows."""

    id: int
    name: str
    kind: str
    type_name: str
    size: str
    uploaded_name: str
    uploaded_at: Any
    state: str
    scan_note: str
    visible_to: list[str]
    report_version: int | None
    preview: str
    is_deliverable: bool
    may_delete: bool


@dataclass(frozen=True, slots=True)
class StudyHead:
    """Whose files these are."""

    patient: str
    patient_id: str
    description: str
    date: str
    facility: str


def attachment_row(attachment: Attachment, user: Any, versions: list[int]) -> AttachmentRow:
    """Return the line of a file; `versions` are those of the report that `user` may know of."""
    deliverable = is_deliverable(attachment)
    preview = delivery_of(attachment.content_type).preview if deliverable else ""
    if preview == "picture" and attachment.thumbnail == b"":
        preview = ""
    number = attachment.report_version
    return AttachmentRow(
        id=attachment.pk,
        name=attachment.name,
        kind=attachment.get_kind_display(),
        type_name=type_name(attachment.content_type),
        size=filesizeformat(attachment.size_bytes),
        uploaded_name=attachment.uploaded_name,
        uploaded_at=attachment.uploaded_at,
        state=attachment.state,
        scan_note=attachment.scan_note,
        visible_to=_chosen(attachment.visible_to),
        report_version=number if number in versions else None,
        preview=preview,
        is_deliverable=deliverable,
        may_delete=may_delete(attachment, user),
    )


def type_name(content_type: str) -> str:
    """Return what people call a type of file."""
    if content_type.startswith("image/"):
        return content_type.removeprefix("image/").upper()
    return str(_TYPE_NAMES.get(content_type, _("File")))


def _chosen(visible_to: str) -> list[str]:
    """Return the names of the roles that were chosen; none when everybody sees it.

    The keeper's role sees everything, and is named only when it is alone.
    """
    if not visible_to:
        return []
    names, chosen = roles(), unpacked_roles(visible_to)
    return [names[role] for role in chosen if role != KEEPER_ROLE or len(chosen) == 1]


def choosable_roles() -> list[tuple[str, str]]:
    """Return the roles that an uploader may leave out, with their names."""
    return [(role, name) for role, name in roles().items() if role != KEEPER_ROLE]


def study_head(study: Study) -> StudyHead:
    """Return the heading of a study's files."""
    name = PersonName.parse(study.patient_name).display()
    return StudyHead(
        patient=name or _("No name"),
        patient_id=study.dicom_patient_id,
        description=study.description,
        date=_date(study.study_date),
        facility=study.facility.name,
    )


def _date(text: str) -> str:
    try:
        return date_format(date(int(text[:4]), int(text[4:6]), int(text[6:8])), "j M Y")
    except ValueError:
        return text
