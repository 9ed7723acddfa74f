"""Giving studies to readers, and saying how soon and why they are to be read."""

from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models import Study
from archive.selectors import facility_filter
from audit.actors import Actor
from audit.lifecycle_events import Subject, record_reading_assigned, record_reading_changed
from reports.assignment import clocks
from reports.errors import NotAReaderError, ReasonMissingError
from reports.lifecycle import ReportStatus
from reports.models import Assignment, AssignmentRule, Priority, Quality, ReaderLease, Reading
from reports.readings import change_reading, lock_reading, tell
from reports.selectors import name_of

TO_BE_READ: Final = (ReportStatus.UNREAD, ReportStatus.WITHDRAWN)
_MOST_URGENT: Final = ("priority", "due_at", "id")


def is_reader(user: Any) -> bool:
    """Say whether studies may be given to `user`: active, and may sign."""
    return bool(user.is_active and user.has_perm("reports.sign_report"))


@transaction.atomic
def assign(
    study: Study,
    reader: Any | None,
    *,
    by: Any | None,
    actor: Actor,
    reason: str = "",
    because: str = "",
    rule: AssignmentRule | None = None,
) -> Reading:
    """Give a study to a reader, or take it back (None).

    Parameters
    ----------
    study : Study
        Which one.
    reader : user or None
        To whom.
    by : user or None
        Who decided; None for a rule.
    actor : Actor
        For the audit log.
    reason : str
        What whoever decided says.
    because : str
        The sentence that answers "why me?"; made of `by` and `reason` when blank.
    rule : AssignmentRule or None
        The rule that decided.

    Raises
    ------
    NotAReaderError
        When the account cannot be given studies.
    """
    if reader is not None and not is_reader(reader):
        raise NotAReaderError(_("Studies are given to active radiologists."))
    reading = lock_reading(study)
    if reading.assigned_to_id == (reader.pk if reader else None):
        return reading
    because = because or _sentence(by, reason)
    _give(reading, study, reader, because)
    by_id = by.pk if by is not None else None
    reader_id = reader.pk if reader is not None else None
    tell("reading.assigned", study, reader_id=reader_id, by_id=by_id)
    Assignment.objects.create(
        study=study, reader=reader, assigned_by=by, rule=rule, reason=(reason or because)[:300]
    )
    record_reading_assigned(
        actor=actor,
        subject=Subject.of_study(study),
        reader=reader.get_username() if reader else "",
        because=because,
        rule=rule.name if rule else "",
    )
    return reading


def _sentence(by: Any | None, reason: str) -> str:
    reason = reason.strip()
    if by is None:
        return reason
    said = _("Given by %(name)s") % {"name": name_of(by)}
    return f"{said}: {reason}" if reason else said


def _give(reading: Reading, study: Study, reader: Any | None, because: str) -> None:
    change_reading(
        reading,
        study,
        assigned_to=reader,
        assigned_at=timezone.now() if reader else None,
        assigned_because=because[:300] if reader else "",
    )


@transaction.atomic
def claim_next(
    user: Any, *, modality: str = "", facility_id: int | None = None, actor: Actor
) -> Study | None:
    """Give `user` the most urgent study that is to be read, and return it; None when none is.

    What was given to `user` already and not been opened counts too, what somebody else writes
    does not. Of two who claim at once each gets another study: a row that one looks at is
    skipped by the other.

    Raises
    ------
    NotAReaderError
        When studies cannot be given to `user`.
    """
    if not is_reader(user):
        raise NotAReaderError(_("Studies are given to active radiologists."))
    waiting = _claimable(user, modality, facility_id).select_related("study")
    locked = waiting.select_for_update(skip_locked=True, of=("self",))
    reading = locked.order_by(*_MOST_URGENT).first()
    if reading is None:
        return None
    study = reading.study
    assign(study, user, by=user, actor=actor, because=_("Claimed as the most urgent"))
    return study


def likely_next(user: Any, *, after: str = "") -> Study | None:
    """Return what `claim_next` would give `user` now, without giving it; None when nothing.

    Parameters
    ----------
    user : user
        For whom.
    after : str
        Study Instance UID of what is being read, which does not come next.
    """
    if not is_reader(user):
        return None
    waiting = _claimable(user, "", None).exclude(study__study_instance_uid=after)
    reading = waiting.select_related("study").order_by(*_MOST_URGENT).first()
    return reading.study if reading else None


def _claimable(user: Any, modality: str, facility_id: int | None) -> QuerySet[Reading]:
    scope = facility_filter(user)
    if scope is None:
        return Reading.objects.none()
    mine = Q(assigned_to__isnull=True) | Q(assigned_to=user, opened_at__isnull=True)
    held = ReaderLease.objects.filter(
        study_id=OuterRef("study_id"), expires_at__gt=timezone.now(), reader__isnull=False
    ).exclude(reader=user)
    readings = Reading.objects.filter(
        mine, ~Exists(held), status__in=TO_BE_READ, **{f"study__{k}": v for k, v in scope.items()}
    ).exclude(quality=Quality.REJECTED)
    if modality:
        readings = readings.filter(study__modalities__contains=f"\\{modality}\\")
    if facility_id is not None:
        readings = readings.filter(study__facility_id=facility_id)
    return readings


@transaction.atomic
def set_priority(
    study: Study,
    *,
    actor: Actor,
    priority: int | None = None,
    priority_reason: str | None = None,
    clinical_history: str | None = None,
    indication: str | None = None,
) -> Reading:
    """Say how soon a study is to be read, and what the reader should know; None leaves a value.

    Raises
    ------
    ReasonMissingError
        When a study becomes STAT without a reason.
    """
    reading = lock_reading(study)
    if priority is not None and priority_reason is None and priority != reading.priority:
        priority_reason = ""  # another priority does not keep the reason of the one before
    wanted = {
        "priority": priority,
        "priority_reason": priority_reason,
        "clinical_history": clinical_history,
        "indication": indication,
    }
    changed = {
        name: value
        for name, value in wanted.items()
        if value is not None and value != getattr(reading, name)
    }
    if not changed:
        return reading
    _require_reason(reading, changed)
    change_reading(reading, study, **changed)
    if "priority" in changed:
        _follow_priority(reading, study)
    record_reading_changed(
        actor=actor,
        subject=Subject.of_study(study),
        fields=sorted(changed),
        priority=Priority(reading.priority).name,
        reason=reading.priority_reason,
    )
    return reading


def _require_reason(reading: Reading, changed: dict[str, Any]) -> None:
    after = {"priority": reading.priority, "priority_reason": reading.priority_reason, **changed}
    if after["priority"] == Priority.STAT and not after["priority_reason"].strip():
        raise ReasonMissingError(_("Say why this study is STAT."))


def _follow_priority(reading: Reading, study: Study) -> None:
    reading.study = study
    clocks.restart(reading)
    if reading.priority == Priority.STAT:
        tell("reading.stat", study)
