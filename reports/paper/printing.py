"""Making PDFs of signed reports for somebody, and keeping that they were made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string

from archive.models import Study
from audit.actors import Actor
from audit.paper_events import record_report_printed
from reports.lifecycle import RELEASED
from reports.models import ReportPrint, ReportVersion
from reports.paper.letterheads import Look, letterhead_of, look_of
from reports.paper.press import print_pages
from reports.paper.sheet import Sheet, page_html, sheet_of, styles
from reports.paper.tokens import check_address, new_token, print_number
from reports.paper.versions import standing_among, study_of, versions_of

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Ready:
    """A version that is about to be printed, with the token of its print."""

    study: Study
    version: ReportVersion
    token: str
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Missing:
    """A study of a batch that has no released report; `study` is None where none may be seen."""

    study_instance_uid: str
    study: Study | None = None


@dataclass(slots=True)
class Batch:
    """What of a list of studies can be printed, in the list's order, and what cannot."""

    ready: list[Ready] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)


def ready(
    study: Study,
    version: ReportVersion,
    *,
    request: HttpRequest | None = None,
    token: str = "",
    look: Look | None = None,
) -> Ready:
    """Return a version with everything that stands on its pages."""
    versions = list(versions_of(study))
    token = token or new_token()
    sheet = sheet_of(
        version,
        study,
        look or look_of(letterhead_of(study.facility)),
        earlier=[one for one in versions if one.number < version.number],
        standing=standing_among(version, [one for one in versions if one.number > version.number]),
        token=token,
        address=check_address(token, request),
    )
    return Ready(study, version, token, sheet)


def print_version(
    study: Study, version: ReportVersion, *, user: Any, actor: Actor, request: HttpRequest
) -> tuple[BinaryIO, str]:
    """Return the PDF of a version and the print's number.

    The print is kept only when the PDF is there, and before anybody has it.

    Raises
    ------
    PressError
        When no PDF can be made.
    """
    one = ready(study, version, request=request)
    pdf = print_pages([page_html(one.sheet)], version.version_hash)
    keep_prints([one], user=user, actor=actor)
    return pdf, one.sheet.print_number


def batch_of(user: Any, uids: Sequence[str], *, request: HttpRequest) -> Batch:
    """Return what of these studies can be printed: the released report of each."""
    batch = Batch()
    looks: dict[int, Look] = {}
    for uid in uids:
        study = study_of(user, uid)
        version = released_version(study) if study else None
        if study is None or version is None:
            batch.missing.append(Missing(uid, study))
            continue
        look = looks.get(study.facility_id)
        if look is None:
            look = looks[study.facility_id] = look_of(letterhead_of(study.facility))
        batch.ready.append(ready(study, version, request=request, look=look))
    return batch


def released_version(study: Study) -> ReportVersion | None:
    """Return the study's last released version, unless it was withdrawn."""
    last = None
    for version in versions_of(study):
        if version.status in RELEASED:
            last = version
        elif last is not None and version.kind == "withdrawal":
            last = None
    return last


def print_batch(batch: Batch, *, user: Any, actor: Actor) -> BinaryIO:
    """Return one PDF of a batch; a first sheet names what is missing.

    Raises
    ------
    PressError
        When no PDF can be made.
    """
    pages = [page_html(one.sheet) for one in batch.ready]
    if batch.missing:
        pages.insert(0, _first_sheet(batch))
    pdf = print_pages(pages, batch.ready[0].version.version_hash)
    keep_prints(batch.ready, user=user, actor=actor)
    return pdf


def _first_sheet(batch: Batch) -> str:
    context = {
        "batch": batch,
        "look": batch.ready[0].sheet.look,
        "styles": styles(),
    }
    return render_to_string("reports/paper/first_sheet.html", context)


def keep_prints(prints: Sequence[Ready], *, user: Any, actor: Actor) -> None:
    """Keep prints that were made, with an audit row for each."""
    with transaction.atomic():
        for one in prints:
            ReportPrint.objects.create(version=one.version, token=one.token, printed_by=user)
            record_report_printed(
                actor=actor,
                study_instance_uid=one.study.study_instance_uid,
                facility_id=one.study.facility_id,
                patient_id=one.study.dicom_patient_id,
                version=one.version.number,
                print_number=print_number(one.token),
            )
