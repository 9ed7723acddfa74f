"""Giving studies to readers by rule: the first rule in order that fits and has a free reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from archive.models import Study
from audit.actors import SYSTEM
from reports.assignment.services import TO_BE_READ, assign, is_reader
from reports.lifecycle import ReportStatus
from reports.models import Assignment, AssignmentRule, Quality, Reading, ReportVersion

# A study that still comes in is not given away: what it is may not be known yet.
SETTLED_AFTER: Final = timedelta(seconds=60)
BATCH: Final = 200
_UNFINISHED: Final = (ReportStatus.UNREAD, ReportStatus.DRAFT, ReportStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom a rule chose, and the sentence that answers "why me?"."""

    reader: Any
    because: str


def assign_waiting() -> int:
    """Give away what waits and has a rule; return how many studies were given.

    Each study is given in a transaction of its own: to stop half-way loses nothing, and doing
    it again gives nothing twice.
    """
    given = 0
    for rule in AssignmentRule.objects.filter(is_active=True).prefetch_related("readers"):
        for reading_id in _waiting_for(rule):
            outcome = _give(reading_id, rule)
            if outcome is None:
                break  # nobody of this rule is free; the next rule may have somebody
            given += outcome
    return given


def _waiting_for(rule: AssignmentRule) -> Iterator[int]:
    if not readers_of(rule):
        return iter(())
    waiting = fitting(rule, _unassigned()).order_by("priority", "due_at", "id")
    return iter(list(waiting.values_list("pk", flat=True)[:BATCH]))


def _unassigned() -> QuerySet[Reading]:
    settled = timezone.now() - SETTLED_AFTER
    readings = Reading.objects.filter(
        status__in=TO_BE_READ, assigned_to__isnull=True, study__updated_at__lte=settled
    )
    return readings.exclude(quality=Quality.REJECTED)


def fitting(rule: AssignmentRule, readings: QuerySet[Reading]) -> QuerySet[Reading]:
    """Return those of `readings` that the rule is for."""
    if rule.facility_id is not None:
        readings = readings.filter(study__facility_id=rule.facility_id)
    if rule.modality:
        readings = readings.filter(study__modalities__contains=f"\\{rule.modality}\\")
    if rule.body_part:
        readings = readings.filter(study__body_parts__contains=f"\\{rule.body_part}\\")
    return readings if rule.priority is None else readings.filter(priority=rule.priority)


@transaction.atomic
def _give(reading_id: int, rule: AssignmentRule) -> int | None:
    """Give one study; 0 when somebody else was faster, None when no reader is free."""
    locked = _unassigned().select_for_update(skip_locked=True, of=("self",))
    reading = locked.select_related("study").filter(pk=reading_id).first()
    if reading is None:
        return 0
    choice = choose(rule, reading.study)
    if choice is None:
        return None
    assign(reading.study, choice.reader, by=None, rule=rule, because=choice.because, actor=SYSTEM)
    return 1


def readers_of(rule: AssignmentRule) -> list[Any]:
    """Return the readers of a rule to whom studies can be given."""
    return [reader for reader in rule.readers.all() if is_reader(reader)]


def choose(rule: AssignmentRule, study: Study) -> Choice | None:
    """Return the reader whom the rule gives `study` to; None when all have as much as they may."""
    readers = readers_of(rule)
    loads = workloads(readers)
    limit = rule.workload_limit
    free = [one for one in readers if limit is None or loads[one.pk] < limit]
    if not free:
        return None
    if rule.strategy == AssignmentRule.Strategy.SAME_READER:
        choice = _same_reader(rule, study, free)
        if choice is not None:
            return choice
    if rule.strategy == AssignmentRule.Strategy.IN_TURN:
        return _next_in_turn(rule, free)
    return _least_busy(rule, free, loads)


def workloads(readers: list[Any]) -> dict[int, int]:
    """Return how many studies each reader has that are not finished."""
    unfinished = Reading.objects.filter(assigned_to__in=readers, status__in=_UNFINISHED)
    counted = unfinished.order_by().values_list("assigned_to").annotate(Count("pk"))
    return {reader.pk: 0 for reader in readers} | dict(counted)


def _same_reader(rule: AssignmentRule, study: Study, free: list[Any]) -> Choice | None:
    """Return who signed last for this patient."""
    signed = ReportVersion.objects.filter(
        report__study__patient_id=study.patient_id, signed_by__in=free
    ).exclude(report__study=study)
    last = signed.order_by("-signed_at").first()
    if last is None:
        return None
    reader = next(one for one in free if one.pk == last.signed_by_id)
    day = date_format(timezone.localtime(last.signed_at), "j F Y")
    text = _("Rule “%(rule)s”: you read this patient on %(day)s")
    return Choice(reader, text % {"rule": rule.name, "day": day})


def _least_busy(rule: AssignmentRule, free: list[Any], loads: dict[int, int]) -> Choice:
    turns = _last_turns(free, None)
    reader = min(free, key=lambda one: (loads[one.pk], turns.get(one.pk, ""), one.pk))
    text = _("Rule “%(rule)s”: you had the fewest unread studies (%(count)d)")
    return Choice(reader, text % {"rule": rule.name, "count": loads[reader.pk]})


def _next_in_turn(rule: AssignmentRule, free: list[Any]) -> Choice:
    turns = _last_turns(free, rule)
    reader = min(free, key=lambda one: (turns.get(one.pk, ""), one.pk))
    return Choice(reader, _("Rule “%(rule)s”: it was your turn") % {"rule": rule.name})


def _last_turns(readers: list[Any], rule: AssignmentRule | None) -> dict[int, str]:
    """Return when each reader was given a study last (by the rule), in a form that sorts."""
    given = Assignment.objects.filter(reader__in=readers)
    if rule is not None:
        given = given.filter(rule=rule)
    last = given.order_by().values_list("reader").annotate(Max("pk"))
    return {reader_id: f"{key:020d}" for reader_id, key in last}
