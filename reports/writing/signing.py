"""Signing and withdrawing: one transaction makes the version, its exports and all that follows."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydicom.uid import generate_uid

from archive.models import Study
from audit.actors import Actor
from audit.lifecycle_events import Subject, record_report_signed, record_report_withdrawn
from reports.chain import version_hash
from reports.checks import BLOCKING, Finding, findings
from reports.content import Content, report_text
from reports.errors import (
    ChecksFailedError,
    LeaseHeldError,
    NotPossibleError,
    ReasonMissingError,
)
from reports.lifecycle import ReportAction, ReportStatus, TransitionError, next_status
from reports.models import (
    DraftKind,
    DraftSave,
    Reading,
    Report,
    ReportExport,
    ReportVersion,
    VersionKind,
)
from reports.readings import change_reading, lock_reading, tell
from reports.selectors import name_of, person
from reports.writing.beginnings import as_addendum, last_version
from reports.writing.drafts import checked_content, close_draft, open_report, require_draft
from reports.writing.leases import Hold, is_live, lease_of
from reports.writing.priors import has_priors

DISCREPANCIES: Final = ("", "none", "minor", "major")
_ACTIONS: Final = {
    VersionKind.PRELIMINARY: ReportAction.SIGN_PRELIMINARY,
    VersionKind.FINAL: ReportAction.SIGN_FINAL,
    VersionKind.ADDENDUM: ReportAction.ADD_ADDENDUM,
    VersionKind.CORRECTION: ReportAction.CORRECT,
    VersionKind.WITHDRAWAL: ReportAction.WITHDRAW,
}
_TOPICS: Final = {
    VersionKind.PRELIMINARY: "report.preliminary",
    VersionKind.FINAL: "report.final",
    VersionKind.ADDENDUM: "report.addended",
    VersionKind.CORRECTION: "report.corrected",
    VersionKind.WITHDRAWAL: "report.withdrawn",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """What a reader says when signing.

    Parameters
    ----------
    kind : str
        ``preliminary`` or ``final``; an addendum or a correction is what its draft is.
    overruled : frozenset of str
        Codes of the warnings that the reader stands by.
    discrepancy : str
        Between the preliminary report and this final one: ``none``, ``minor`` or ``major``.
    reason : str
        Why a report is corrected.
    """

    kind: str
    overruled: frozenset[str] = field(default_factory=frozenset)
    discrepancy: str = ""
    reason: str = ""


@transaction.atomic
def sign_report(
    study: Study, hold: Hold, version: int, signature: Signature, *, actor: Actor
) -> ReportVersion:
    """Sign the open draft, whose state is `version`, and return what was signed.

    The caller has checked the right to sign and the password (`writing.reauthentication`).

    Raises
    ------
    DraftRefusedError
        When the window came too late: of two that sign at once one makes a version.
    NotPossibleError, ReasonMissingError, BadContentError
        When the state, the reason or the content is against it.
    ChecksFailedError
        When checks found what blocks it, or a warning that was not overruled.
    """
    reading, report = lock_reading(study), open_report(study)
    require_draft(report, study, hold, version)
    kind = _kind_of(report, signature)
    last = last_version(report)
    content = _content_of(report, last)
    overruled = _require_checks(content, study, signature)
    signed = ReportVersion(
        kind=kind,
        content=content,
        reason=_reason_of(kind, signature),
        discrepancy=_discrepancy(kind, last, content, signature),
        overruled=overruled,
    )
    _seal(signed, report, last, hold.user)
    _add_exports(signed)
    close_draft(report)
    _follow(reading, study, signed)
    record_report_signed(
        actor=actor,
        subject=Subject.of_study(study),
        version=signed.number,
        kind=kind,
        version_hash=signed.version_hash,
        overruled=[one["code"] for one in overruled],
    )
    return signed


def _kind_of(report: Report, signature: Signature) -> VersionKind:
    if report.draft_kind == DraftKind.REPORT:
        return VersionKind(signature.kind)
    return VersionKind(report.draft_kind)


def _content_of(report: Report, last: ReportVersion | None) -> Content:
    content = checked_content(report.draft)
    if report.draft_kind == DraftKind.ADDENDUM and last is not None:
        return as_addendum(last.content, content)
    return content


def _require_checks(content: Content, study: Study, signature: Signature) -> list[dict[str, str]]:
    """Return the warnings that were overruled, for the version to keep."""
    found = findings(content, study, has_priors=has_priors(study))
    is_open = any(one.severity == BLOCKING or one.code not in signature.overruled for one in found)
    if is_open:
        text = _("Something is to be looked at before this is signed.")
        raise ChecksFailedError(text, findings=[finding_facts(one) for one in found])
    return [
        {"code": one.code, "section": one.section, "message": str(one.message)} for one in found
    ]


def finding_facts(finding: Finding) -> dict[str, str]:
    """Return a finding as the API names it."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "section": finding.section,
        "message": str(finding.message),
    }


def _reason_of(kind: str, signature: Signature) -> str:
    if kind == VersionKind.CORRECTION and not signature.reason.strip():
        raise ReasonMissingError(_("Say why the report is corrected."))
    return signature.reason.strip()


def _discrepancy(
    kind: str, last: ReportVersion | None, content: Content, signature: Signature
) -> str:
    """Return how far a final report departs from the preliminary one before it."""
    if kind != VersionKind.FINAL or last is None or last.kind != VersionKind.PRELIMINARY:
        return ""
    if not signature.discrepancy and report_text(last.content) == report_text(content):
        return "none"
    return signature.discrepancy


def _seal(version: ReportVersion, report: Report, last: ReportVersion | None, signer: Any) -> None:
    """Give the version its place in the chain, and the report its new state."""
    try:
        report.status = next_status(report.status, _ACTIONS[VersionKind(version.kind)])
    except TransitionError as error:
        raise NotPossibleError(str(error)) from error
    version.report, version.status = report, report.status
    version.number = last.number + 1 if last else 1
    version.signed_by, version.signed_name = signer, name_of(signer)[:200]
    version.signed_at = timezone.now()
    version.previous_hash = last.version_hash if last else ""
    version.version_hash = version_hash(version)
    version.save()


def _add_exports(version: ReportVersion) -> None:
    """Have the version leave in every form, each as an object with a UID of its own already.

    The UIDs are UUIDs under 2.25 (PS3.5 B.2), as all that this product makes.
    """
    ReportExport.objects.bulk_create(
        ReportExport(version=version, form=form, sop_instance_uid=generate_uid(prefix=None))
        for form in ReportExport.Form.values
    )


def _follow(reading: Reading, study: Study, version: ReportVersion) -> None:
    """Let the reading, its clocks and whoever listens follow what was signed."""
    change_reading(reading, study, status=version.status, **_clocks(reading, version))
    tell(_TOPICS[VersionKind(version.kind)], study, version=version.number, version_id=version.pk)


def _clocks(reading: Reading, version: ReportVersion) -> dict[str, Any]:
    if version.kind == VersionKind.PRELIMINARY and reading.preliminary_at is None:
        return {"preliminary_at": version.signed_at}
    if version.kind == VersionKind.FINAL and reading.final_at is None:
        return {"final_at": version.signed_at}
    # A study whose report was withdrawn is to be read again.
    return {"final_at": None} if version.kind == VersionKind.WITHDRAWAL else {}


@transaction.atomic
def withdraw_report(study: Study, user: Any, reason: str, *, actor: Actor) -> ReportVersion:
    """Withdraw what was signed; a draft that was open is kept beside.

    Raises
    ------
    ReasonMissingError
        Without a reason.
    LeaseHeldError
        While somebody else writes.
    NotPossibleError
        When nothing was signed that could be withdrawn.
    """
    reading, report = lock_reading(study), open_report(study)
    reason = reason.strip()
    if not reason:
        raise ReasonMissingError(_("Say why the report is withdrawn."))
    last = last_version(report)
    if last is None or report.status == ReportStatus.DRAFT:
        raise NotPossibleError(_("Nothing is signed that could be withdrawn."))
    _set_draft_aside(report, study, user)
    version = ReportVersion(kind=VersionKind.WITHDRAWAL, content=last.content, reason=reason[:500])
    _seal(version, report, last, user)
    close_draft(report)
    _follow(reading, study, version)
    record_report_withdrawn(
        actor=actor, subject=Subject.of_study(study), version=version.number, reason=reason[:300]
    )
    return version


def _set_draft_aside(report: Report, study: Study, user: Any) -> None:
    lease = lease_of(study)
    if not report.draft_kind:
        return
    if is_live(lease, timezone.now()) and lease.reader_id != user.pk:
        text = _("%(name)s is writing this report.") % {"name": name_of(lease.reader)}
        raise LeaseHeldError(text, reader=person(lease.reader), acquired_at=lease.acquired_at)
    DraftSave.objects.create(
        report=report,
        number=report.draft_version,
        content=report.draft,
        saved_by=report.draft_author or user,
        is_side=True,
        reason="withdrawn",
    )
