"""The communication of a critical result becomes a part of the report, which a radiologist signs.

It goes into the draft that is open, as a section of its own; where the report is final, an addendum
is prepared. Nobody is disturbed for it: while a window writes a draft, or has only just lost it,
the text waits, and the task of every minute tries again. A text that the reader has written in
already is not written twice.
"""

import logging
from datetime import timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.utils import timezone

from audit.actors import SYSTEM
from audit.lifecycle_events import Subject, record_draft_started
from reports.content import Content, report_text
from reports.critical.communication import communication_text, paragraph, section
from reports.errors import ReadingRoomError
from reports.lifecycle import RELEASED
from reports.models import CriticalResult, DraftKind, ReaderLease, Report
from reports.readings import change_reading, lock_reading
from reports.selectors import report_of
from reports.writing.beginnings import last_version, with_addendum
from reports.writing.drafts import checked_content
from reports.writing.saves import keep

logger = logging.getLogger("reports")

# A closed lid must cost nothing: its draft is left alone for so long after the last heartbeat.
LEFT_ALONE: Final = timedelta(hours=1)
_WAITS_FOR: Final = timedelta(days=30)


def document_later(result: CriticalResult) -> None:
    """Have the communication written into the report once the acknowledgement is committed."""
    # Should it fail, the acknowledgement stands, and the task tries again.
    transaction.on_commit(partial(document_communication, result.pk), robust=True)


def document_pending() -> int:
    """Write what could not be written before; return how many were."""
    waiting = CriticalResult.objects.filter(
        state=CriticalResult.State.ACKNOWLEDGED,
        documented_at__isnull=True,
        acknowledged_at__gt=timezone.now() - _WAITS_FOR,
    )
    written = 0
    for key in list(waiting.order_by("pk").values_list("pk", flat=True)):
        try:
            written += document_communication(key)
        except ReadingRoomError:
            logger.exception("the communication of critical result %s does not fit", key)
    return written


@transaction.atomic
def document_communication(key: int) -> bool:
    """Write one communication into the report, if it can be now; say whether it stands there."""
    results = CriticalResult.objects.select_for_update(of=("self",))
    result = results.select_related("study", "reported_by").get(pk=key)
    if result.state != CriticalResult.State.ACKNOWLEDGED or result.documented_at is not None:
        return False
    study, text = result.study, communication_text(result)
    reading, report = lock_reading(study), report_of(study)
    if report is None or _is_being_written(report):
        return False
    if not _says(report, text):
        content = _with_communication(report, result, text)
        if content is None:
            return False
        _set_draft(report, content, result)
        change_reading(reading, study)
    result.documented_at = timezone.now()
    result.save(update_fields=["documented_at"])
    return True


def _is_being_written(report: Report) -> bool:
    """Say whether a window has a draft open: one that only shows what was signed is no reason."""
    if not report.draft_kind:
        return False
    lease = ReaderLease.objects.filter(study=report.study_id, reader__isnull=False).first()
    if lease is None or lease.expires_at is None:
        return False
    return lease.expires_at > timezone.now() - LEFT_ALONE


def _says(report: Report, text: str) -> bool:
    """Say whether the draft, or what was signed last, has the text already."""
    last = last_version(report)
    contents = [report.draft, last.content if last else None]
    return any(text in report_text(content) for content in contents if content)


def _with_communication(report: Report, result: CriticalResult, text: str) -> Content | None:
    """Return the draft with the text; None while there is nothing to put it into."""
    draft: Content | None = report.draft
    if draft and report.draft_kind == DraftKind.ADDENDUM:
        return _in_last_section(draft, text)
    if draft:
        return {**draft, "sections": [*draft["sections"], section(result, text)]}
    last = last_version(report)
    if last is None or report.status not in RELEASED:
        return None
    return _in_last_section(with_addendum(last.content), text)


def _in_last_section(content: Content, text: str) -> Content:
    """Return an addendum with the text at its end: of a signed report nothing else may change."""
    *signed, own = content["sections"]
    before = [node for node in own["body"].get("content") or [] if node.get("content")]
    body = {**own["body"], "content": [*before, paragraph(text)]}
    return {**content, "sections": [*signed, {**own, "body": body}]}


def _set_draft(report: Report, content: Content, result: CriticalResult) -> None:
    is_new = not report.draft_kind
    report.draft = checked_content(content)
    report.draft_author = report.draft_author or result.reported_by
    report.draft_version += 1
    report.draft_saved_at = timezone.now()
    if is_new:
        report.draft_kind = DraftKind.ADDENDUM
        subject = Subject.of_study(result.study)
        record_draft_started(actor=SYSTEM, subject=subject, kind=report.draft_kind, template="")
    report.save()
    keep(report, content, report.draft_author)
