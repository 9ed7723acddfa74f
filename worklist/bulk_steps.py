"""What is done with one study of several, and undone: the calls of the reading room's services."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from archive.models import Study
from audit.actors import Actor
from audit.worklist_events import record_acceptance_undone
from reports.assignment.services import assign, set_priority
from reports.errors import NotAReaderError, ReasonMissingError
from reports.models import Acceptance, Priority
from reports.quality.following import set_quality
from reports.quality.services import accept
from worklist.models import CustomUser
from worklist.presentation import person_text


class BulkError(ValueError):
    """What was asked cannot be done; the text says why, to whoever asked."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: `reader` and `priority` where the action needs them."""

    action: str
    reader: CustomUser | None = None
    priority: int | None = None
    reason: str = ""

    @property
    def reader_name(self) -> str:
        """The reader as people name them."""
        return person_text(self.reader) if self.reader else ""


@dataclass(frozen=True, slots=True)
class Step:
    """How an action is done with a study, undone, and what of its reading it changes."""

    do: Callable[[Study, Request, CustomUser, Actor], None]
    undo: Callable[[Study, Mapping[str, Any], CustomUser, Actor], None]
    keeps: tuple[str, ...]


def _assign(study: Study, request: Request, user: CustomUser, actor: Actor) -> None:
    try:
        assign(study, request.reader, by=user, actor=actor, reason=request.reason)
    except NotAReaderError as error:
        raise BulkError(str(error)) from error


def _assign_back(study: Study, before: Mapping[str, Any], user: CustomUser, actor: Actor) -> None:
    key = before["assigned_to_id"]
    reader = CustomUser.objects.filter(pk=key).first() if key else None
    try:
        assign(study, reader, by=user, actor=actor, because=before["assigned_because"])
    except NotAReaderError as error:
        raise BulkError(str(error)) from error


def _set_priority(study: Study, request: Request, user: CustomUser, actor: Actor) -> None:
    if request.priority == Priority.STAT and not request.reason:
        raise BulkError(_("Say why this is STAT."))
    set_priority(study, actor=actor, priority=request.priority, priority_reason=request.reason)


def _priority_back(study: Study, before: Mapping[str, Any], user: CustomUser, actor: Actor) -> None:
    reason = before["priority_reason"]
    try:
        set_priority(study, actor=actor, priority=before["priority"], priority_reason=reason)
    except ReasonMissingError as error:
        raise BulkError(str(error)) from error


def _accept(study: Study, request: Request, user: CustomUser, actor: Actor) -> None:
    accept(study, actor=actor)


def _accept_back(study: Study, before: Mapping[str, Any], user: CustomUser, actor: Actor) -> None:
    # Nothing has happened to the study since, so the newest is what this action added.
    mine = Acceptance.objects.filter(study=study, accepted_by=user).order_by("-pk").first()
    if mine is not None:
        mine.delete()
    set_quality(study.reading, before["quality"])
    record_acceptance_undone(
        actor=actor,
        facility_id=study.facility_id,
        study_instance_uid=study.study_instance_uid,
        patient_id=study.dicom_patient_id,
    )


_CLOCK: Final = ("target_minutes", "due_at", "clock_from", "paused_at", "paused_s")

STEPS: Final[dict[str, Step]] = {
    "assign": Step(_assign, _assign_back, ("assigned_to_id", "assigned_because", "assigned_at")),
    "priority": Step(_set_priority, _priority_back, ("priority", "priority_reason", *_CLOCK)),
    "accept": Step(_accept, _accept_back, ("quality",)),
}
