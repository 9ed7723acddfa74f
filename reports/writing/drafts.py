"""Beginning, saving and giving up drafts; no text that reaches the server is ever lost.

A refusal that keeps a text is an outcome like any other: it is committed, then told as an error.
"""

from typing import Any, Final

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models import Study
from audit.actors import Actor
from audit.lifecycle_events import Subject, record_draft_discarded, record_draft_started
from reports.assignment.services import assign, is_reader
from reports.content import Content, ContentError, checked
from reports.errors import (
    BadContentError,
    DraftClosedError,
    DraftOpenError,
    DraftRefusedError,
    NotPossibleError,
    StaleLeaseError,
    StaleVersionError,
)
from reports.lifecycle import ReportAction, ReportStatus, TransitionError, next_status
from reports.models import DraftKind, DraftSave, Reading, Report
from reports.readings import change_reading, lock_reading
from reports.selectors import person
from reports.writing.beginnings import as_addendum, beginning, last_version
from reports.writing.leases import LEASE, Hold, lease_of
from reports.writing.saves import keep, set_aside

_REFUSALS: Final[dict[type[DraftRefusedError], str]] = {
    StaleLeaseError: "Somebody else is writing this report now. Your text was kept beside it.",
    StaleVersionError: "The draft has changed meanwhile. Your text was kept beside it.",
    DraftClosedError: "Nothing is being written here any more. Your text was kept.",
}
_OPENED_BY: Final = {
    DraftKind.ADDENDUM: ReportAction.ADD_ADDENDUM,
    DraftKind.CORRECTION: ReportAction.CORRECT,
}


def checked_content(content: Any) -> Content:
    """Return what a window sent if it has the form of a report and can be kept.

    Raises
    ------
    BadContentError
        Otherwise.
    """
    try:
        orjson.dumps(content)  # refuses lone surrogates, which no database keeps
        return checked(content)
    except (ContentError, TypeError) as error:
        raise BadContentError(str(error)) from error


def open_report(study: Study) -> Report:
    """Return the study's report, a new one when there is none; call it under the lock."""
    return Report.objects.select_related("draft_author").get_or_create(study=study)[0]


def current_state(report: Report) -> dict[str, Any]:
    """Return the draft as it stands, for a window that came too late."""
    return {
        "version": report.draft_version,
        "content": report.draft,
        "author": person(report.draft_author),
        "saved_at": report.draft_saved_at,
    }


def refusal_of(report: Report, study: Study, hold: Hold, version: int) -> type[DraftRefusedError]:
    """Return why a window may not write to the draft; `DraftRefusedError` itself when it may."""
    if not report.draft_kind:
        return DraftClosedError
    if not hold.is_of(lease_of(study)):
        return StaleLeaseError
    return DraftRefusedError if version == report.draft_version else StaleVersionError


def refused(kind: type[DraftRefusedError], report: Report, **members: Any) -> DraftRefusedError:
    """Return the error that tells a window how things stand."""
    return kind(_(_REFUSALS[kind]), current=current_state(report), **members)


def require_draft(report: Report, study: Study, hold: Hold, version: int) -> None:
    """Refuse what a window wants with a draft that isn't, or is no longer, its own.

    Raises
    ------
    DraftRefusedError
        With the draft as it stands.
    """
    kind = refusal_of(report, study, hold, version)
    if kind is not DraftRefusedError:
        raise refused(kind, report)


@transaction.atomic
def start_draft(study: Study, hold: Hold, *, kind: str, template: str = "", actor: Actor) -> Report:
    """Begin a report, an addendum or a correction; one of this kind that is open is gone on with.

    Raises
    ------
    StaleLeaseError
        When the window has not the lease.
    DraftOpenError
        When a draft of another kind is open.
    NotPossibleError
        When the report's state does not allow it.
    UnknownTemplateError
        When the template does not exist.
    """
    reading, report = lock_reading(study), open_report(study)
    if not hold.is_of(lease_of(study)):
        raise StaleLeaseError(
            _("Open the report for writing first."), current=current_state(report)
        )
    if report.draft_kind == kind:
        return report
    if report.draft_kind:
        raise DraftOpenError(_("Something else is being written; sign or discard it first."))
    status = _status_when_started(report.status, kind)
    _set_draft(report, beginning(report, study, kind, template), hold.user)
    report.draft_kind, report.status = kind, status
    report.save()
    change_reading(reading, study, status=status)
    record_draft_started(actor=actor, subject=Subject.of_study(study), kind=kind, template=template)
    _give_to_writer(reading, study, hold.user, actor)
    return report


def _give_to_writer(reading: Reading, study: Study, user: Any, actor: Actor) -> None:
    """Give a study that is nobody's to the radiologist who writes on it."""
    if reading.assigned_to_id is None and is_reader(user):
        assign(study, user, by=user, because=_("Began to write"), actor=actor)


def _status_when_started(status: str, kind: str) -> str:
    """Return the status while the draft is open; what was signed keeps its own until the next."""
    try:
        if kind in _OPENED_BY:
            next_status(status, _OPENED_BY[DraftKind(kind)])
            return status
        if status == ReportStatus.PRELIMINARY:
            return status
        return next_status(status, ReportAction.START)
    except TransitionError as error:
        raise NotPossibleError(str(error)) from error


def _set_draft(report: Report, content: Content, user: Any) -> None:
    report.draft, report.draft_author = content, user
    report.draft_version += 1
    report.draft_saved_at = timezone.now()
    keep(report, content, user)


def save_draft(study: Study, hold: Hold, version: int, content: Any, *, actor: Actor) -> Report:
    """Save a draft's new state over state `version`; this renews the lease.

    Raises
    ------
    BadContentError
        When it has not the form of a report, or an addendum changes what was signed.
    DraftRefusedError
        When it came too late; the text was kept as a side draft, named in the error.
    """
    content = checked_content(content)
    with transaction.atomic():
        lock_reading(study)
        report = open_report(study)
        kind = refusal_of(report, study, hold, version)
        if kind is DraftRefusedError:
            return _save(report, study, hold, content)
        if kind is StaleVersionError and report.draft == content:
            return report  # the answer to the same save was lost on its way
        side = None
        if not _is_signed(report, content):
            side = set_aside(report, study, content, hold.user, kind.code, actor)
    raise refused(kind, report, side_draft=side_draft(side))


def _is_signed(report: Report, content: Content) -> bool:
    """Say whether this very text is what was signed last."""
    last = last_version(report)
    return last is not None and last.content == content


def side_draft(save: DraftSave | None) -> dict[str, Any] | None:
    """Return a save that was kept beside as the API names it."""
    if save is None:
        return None
    by = person(save.saved_by)
    return {"id": save.pk, "saved_by": by, "saved_at": save.saved_at, "reason": save.reason}


def _save(report: Report, study: Study, hold: Hold, content: Content) -> Report:
    if report.draft_kind == DraftKind.ADDENDUM:
        content = _addendum_of(report, content)
    lease = lease_of(study)
    lease.expires_at = timezone.now() + LEASE
    lease.save(update_fields=["expires_at"])
    if report.draft != content:
        _set_draft(report, content, hold.user)
        report.save()
    return report


def _addendum_of(report: Report, content: Content) -> Content:
    last = last_version(report)
    return content if last is None else as_addendum(last.content, content)


@transaction.atomic
def discard_draft(study: Study, hold: Hold, version: int, *, actor: Actor) -> Report:
    """Give a draft up; its saved states remain.

    Raises
    ------
    DraftRefusedError
        When the window came too late.
    """
    reading, report = lock_reading(study), open_report(study)
    require_draft(report, study, hold, version)
    kind = report.draft_kind
    if report.status == ReportStatus.DRAFT:
        report.status = next_status(report.status, ReportAction.DISCARD)
    close_draft(report)
    _follow(reading, study, report)
    record_draft_discarded(
        actor=actor, subject=Subject.of_study(study), kind=kind, number=report.draft_version
    )
    return report


def close_draft(report: Report) -> None:
    """Leave nothing being written; call it under the lock."""
    report.draft, report.draft_kind = None, DraftKind.NONE
    report.draft_author = report.draft_saved_at = None
    report.save()


def _follow(reading: Reading, study: Study, report: Report) -> None:
    change_reading(reading, study, status=report.status)
