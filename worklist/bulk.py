"""One thing done with several studies at once: what it would do, doing it, and undoing it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive.models import Study
from archive.selectors import studies_visible_to
from audit.actors import Actor
from reports.lifecycle import RELEASED
from reports.models import Priority, Quality, Reading
from worklist.bulk_steps import STEPS, BulkError, Request, Step
from worklist.models import BulkAction, CustomUser

MAX_STUDIES: Final = 200
# For how long an action can be undone, and how long what it needs for that is kept.
UNDO_FOR: Final = timedelta(minutes=15)
RIGHTS: Final = {
    "assign": "reports.assign_reading",
    "priority": "reports.set_priority",
    "accept": "reports.check_quality",
    "print": "reports.print_report",
}
_TITLES: Final = {
    "assign": gettext_lazy("Assign to a reader"),
    "priority": gettext_lazy("Set the priority"),
    "accept": gettext_lazy("Accept"),
    "print": gettext_lazy("Print the reports"),
}
_BUTTONS: Final = {
    "assign": gettext_lazy("Assign"),
    "priority": gettext_lazy("Set"),
    "accept": gettext_lazy("Accept"),
    "print": gettext_lazy("Print"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What an action would do: with which studies, and why not with the others."""

    action: str
    title: Any
    button: Any
    summary: str
    refusals: list[str]
    ids: list[int]
    uids: list[str]


def may_act(user: Any, action: str) -> bool:
    """Say whether `user` may do this with studies."""
    return action in RIGHTS and user.has_perm(RIGHTS[action])


def chosen_studies(user: Any, keys: Iterable[int]) -> list[Study]:
    """Return the studies of these keys that `user` may see, always in the same order."""
    chosen = list(dict.fromkeys(keys))[:MAX_STUDIES]
    visible = studies_visible_to(user).filter(pk__in=chosen, reading__isnull=False)
    return list(visible.select_related("facility", "reading").order_by("pk"))


def preview(user: Any, action: str, keys: Iterable[int]) -> Preview:
    """Return what `action` would do with the studies of these keys."""
    studies = chosen_studies(user, keys)
    reasons = [(study, refusal(action, study.reading)) for study in studies]
    fit = [study for study, reason in reasons if not reason]
    counted = Counter(reason for _study, reason in reasons if reason)
    return Preview(
        action=action,
        title=_TITLES[action],
        button=_BUTTONS[action],
        summary=_summary(fit),
        refusals=[_refused(count, reason) for reason, count in counted.items()],
        ids=[study.pk for study in fit],
        uids=[study.study_instance_uid for study in fit],
    )


def _summary(studies: list[Study]) -> str:
    facilities = len({study.facility_id for study in studies})
    count = studies_text(len(studies))
    if facilities < 2:
        return count
    of = ngettext("of %(count)d facility", "of %(count)d facilities", facilities)
    return f"{count} {of % {'count': facilities}}"


def studies_text(count: int) -> str:
    """Return 'n studies'."""
    return ngettext("%(count)d study", "%(count)d studies", count) % {"count": count}


def _refused(count: int, reason: str) -> str:
    text = ngettext("%(count)d cannot: %(reason)s", "%(count)d cannot: %(reason)s", count)
    return text % {"count": count, "reason": reason}


def refusal(action: str, reading: Reading) -> str:
    """Return why an action is not for a study; blank when it is."""
    is_released = reading.status in RELEASED
    if action == "print":
        return "" if is_released else _("no final report")
    if action == "accept":
        return _refuse_accepting(reading)
    if is_released:
        return _("already final")
    is_rejected = reading.quality == Quality.REJECTED
    return _("rejected") if action == "assign" and is_rejected else ""


def _refuse_accepting(reading: Reading) -> str:
    if reading.quality == Quality.ACCEPTED:
        return _("already accepted")
    is_rejected = reading.quality == Quality.REJECTED
    return _("rejected: see why on its page first") if is_rejected else ""


@transaction.atomic
def act(user: CustomUser, request: Request, keys: Iterable[int], actor: Actor) -> BulkAction:
    """Do it, all or nothing, and return what undoes it.

    Raises
    ------
    BulkError
        When what was asked cannot be done, in words for whoever asked.
    """
    step = STEPS[request.action]
    steps = []
    for study in chosen_studies(user, keys):
        reading = Reading.objects.select_for_update().get(study=study)
        if refusal(request.action, reading):
            continue
        before = {name: _plain(getattr(reading, name)) for name in step.keeps}
        step.do(study, request, user, actor)
        reading.refresh_from_db()
        if any(before[name] != _plain(getattr(reading, name)) for name in step.keeps):
            steps.append({"study": study.pk, "before": before, "revision": reading.revision})
    return _remember(user, request.action, steps)


def _remember(user: CustomUser, action: str, steps: list[dict[str, Any]]) -> BulkAction:
    old = BulkAction.objects.filter(user=user, done_at__lt=timezone.now() - UNDO_FOR)
    old.delete()
    return BulkAction.objects.create(user=user, action=action, steps=steps)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _column(name: str) -> "Field[Any, Any]":
    fields = {field.attname: field for field in Reading._meta.concrete_fields}
    return fields[name]


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undoing did: how many studies are as before, and how many had moved on."""

    restored: int
    refused: int
    keys: list[int]


@transaction.atomic
def undo(user: CustomUser, action: BulkAction, actor: Actor) -> Undone:
    """Put back what `action` changed, wherever nobody has changed anything since.

    Raises
    ------
    BulkError
        When it was undone already, or is too old, or the right to do it is gone.
    """
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    if action.undone_at or action.done_at < timezone.now() - UNDO_FOR:
        raise BulkError(_("This can no longer be undone."))
    if not may_act(user, action.action):
        raise BulkError(_("Your role does not include this."))
    keys = [entry["study"] for entry in action.steps]
    studies = {study.pk: study for study in chosen_studies(user, keys)}
    put_back = [
        _put_back(STEPS[action.action], studies.get(entry["study"]), entry, user, actor)
        for entry in action.steps
    ]
    action.undone_at = timezone.now()
    action.save(update_fields=["undone_at"])
    return Undone(sum(put_back), len(put_back) - sum(put_back), keys)


def _put_back(
    step: Step, study: Study | None, entry: dict[str, Any], user: CustomUser, actor: Actor
) -> bool:
    if study is None:
        return False
    reading = Reading.objects.select_for_update().get(study=study)
    if reading.revision != entry["revision"]:
        return False
    before = {name: _column(name).to_python(value) for name, value in entry["before"].items()}
    try:
        with transaction.atomic():
            step.undo(study, before, user, actor)
    except BulkError:
        return False
    # What the services work out anew, such as when it is due, is put back to the letter.
    Reading.objects.filter(pk=reading.pk).update(**before)
    return True


def done_text(action: BulkAction, request: Request) -> str:
    """Return in a sentence what was done."""
    count = studies_text(len(action.steps))
    texts: dict[str, Callable[[], str]] = {
        "assign": lambda: (
            _("%(count)s assigned to %(name)s") if request.reader else _("%(count)s taken back")
        ),
        "priority": lambda: _("%(count)s set to %(priority)s"),
        "accept": lambda: _("%(count)s accepted"),
    }
    return texts[action.action]() % {
        "count": count,
        "name": request.reader_name,
        "priority": Priority(request.priority).label if request.priority is not None else "",
    }
