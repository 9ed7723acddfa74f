"""The object that a row of `ReportExport` asks for."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from pydicom.dataset import Dataset

from archive.models import Instance, Study
from reports.models import ReportExport, ReportPrint, ReportVersion, VersionKind
from reports.paper.press import print_pages
from reports.paper.printing import ready
from reports.paper.sheet import page_html
from reports.paper.tokens import new_token
from reports.structured.document import enhanced_sr, withdrawal_note
from reports.structured.encapsulated import encapsulated_pdf
from reports.structured.frame import PDF, SR, Kind, part10
from reports.structured.references import (
    NOTHING,
    TOO_LATE,
    WITHHELD,
    WITHOUT_OBJECT,
    Reference,
    of_exports,
)
from reports.structured.tid2000 import measured_images

_KINDS = {ReportExport.Form.PDF: PDF, ReportExport.Form.SR: SR}


class NotYetError(Exception):
    """The row waits for others of the same report."""


@dataclass(frozen=True, slots=True)
class Job:
    """A row with everything that its object is made of."""

    export: ReportExport
    version: ReportVersion
    study: Study
    versions: list[ReportVersion]

    @property
    def earlier(self) -> list[ReportVersion]:
        """The versions before this one, oldest first."""
        return [one for one in self.versions if one.number < self.version.number]

    @property
    def is_withdrawal(self) -> bool:
        """Whether the row is of a withdrawal."""
        return self.version.kind == VersionKind.WITHDRAWAL


def job_of(export: ReportExport) -> Job:
    """Return a row with its version, study, and the versions around it."""
    version = export.version
    versions = list(version.report.versions.order_by("number"))
    return Job(export, version, version.report.study, versions)


def reason_for_none(job: Job) -> str:
    """Return why there is to be no object; blank when there is to be one.

    A preliminary report would be seen by everybody who sees the study: it leaves only where the
    site wants that. What was withdrawn before it left never leaves.
    """
    if job.is_withdrawal:
        is_note = job.export.form == ReportExport.Form.SR
        return "" if is_note and _archived(job) else NOTHING
    if job.version.kind == VersionKind.PRELIMINARY and not settings.ARCHIVE_PRELIMINARY_REPORTS:
        return WITHHELD
    later = (one for one in job.versions if one.number > job.version.number)
    return TOO_LATE if any(one.kind == VersionKind.WITHDRAWAL for one in later) else ""


def object_of(job: Job) -> bytes:
    """Return the row's object as a Part 10 file: the same bytes whenever it is asked for.

    Raises
    ------
    PressError
        When no PDF can be made.
    """
    if job.is_withdrawal:
        return part10(_note(job))
    maker = _pdf if job.export.form == ReportExport.Form.PDF else _sr
    return part10(maker(job))


def wait_for_others(job: Job) -> None:
    """Let a withdrawal wait until it is settled which objects there are to withdraw.

    Raises
    ------
    NotYetError
        When it is not.
    """
    if job.is_withdrawal and _earlier_rows(job).filter(done_at=None).exists():
        raise NotYetError


def _earlier_rows(job: Job) -> QuerySet[ReportExport]:
    return ReportExport.objects.filter(
        version__report_id=job.version.report_id, version__number__lt=job.version.number
    ).select_related("version__report")


def _pdf(job: Job) -> Dataset:
    one = ready(job.study, job.version, token=_archive_token(job.version))
    with print_pages([page_html(one.sheet)], job.version.version_hash) as stream:
        content = stream.read()
    return encapsulated_pdf(job.study, job.version, job.export.sop_instance_uid, content)


def _archive_token(version: ReportVersion) -> str:
    """Return the token of the archived copy's print: made once, so that repeating changes none."""
    known = ReportPrint.objects.filter(version=version, printed_by=None).order_by("pk").first()
    if known is None:
        known = ReportPrint.objects.create(version=version, token=new_token())
    return known.token


def _sr(job: Job) -> Dataset:
    rows = _earlier_rows(job).filter(form=ReportExport.Form.SR)
    rows = rows.exclude(version__kind=VersionKind.WITHDRAWAL).exclude(error__in=WITHOUT_OBJECT)
    if not settings.ARCHIVE_PRELIMINARY_REPORTS:
        rows = rows.exclude(version__kind=VersionKind.PRELIMINARY, done_at=None)
    return enhanced_sr(
        job.study,
        job.version,
        job.export.sop_instance_uid,
        earlier=job.earlier,
        predecessors=of_exports(rows.order_by("version__number"), job.study, SR),
        images=_images(job),
    )


def _images(job: Job) -> list[Instance]:
    uids = measured_images(job.version)
    found = Instance.objects.filter(study=job.study, sop_instance_uid__in=uids)
    return list(found.select_related("series").order_by("pk"))


def _archived(job: Job) -> list[tuple[ReportExport, Kind]]:
    """Return the earlier rows of which there are objects, and what kind those are."""
    rows = _earlier_rows(job).exclude(version__kind=VersionKind.WITHDRAWAL)
    rows = rows.exclude(done_at=None).exclude(error__in=WITHOUT_OBJECT)
    return [(row, _KINDS[ReportExport.Form(row.form)]) for row in rows.order_by("pk")]


def _note(job: Job) -> Dataset:
    withdrawn: list[Reference] = []
    for row, kind in _archived(job):
        withdrawn += of_exports([row], job.study, kind)
    return withdrawal_note(job.study, job.version, job.export.sop_instance_uid, withdrawn)
