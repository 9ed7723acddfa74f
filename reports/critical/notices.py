"""Who hears of critical results, and in what words."""

from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.audiences import find_addresses_by, find_involved_by, holders_of
from notifications.models import Delivery, Notice, OutboxEvent
from notifications.rendering import Letter, Words, render_with, write_letters_with
from reports.critical import policy
from reports.critical.links import path_of
from reports.critical.selectors import critical_visible_to, possible_recipients
from reports.models import CriticalResult
from reports.words import study_words

_ACKNOWLEDGED: Final = "critical.acknowledged"
TOPICS: Final = ("critical.reported", "critical.reminded", "critical.escalated", _ACKNOWLEDGED)


def register() -> None:
    """Tell the room below."""
    find_involved_by("critical", involved)
    find_addresses_by("critical", addresses)
    render_with(words, TOPICS)
    write_letters_with(letter, TOPICS)


def _result(payload: dict[str, Any]) -> CriticalResult | None:
    found = CriticalResult.objects.select_related("study__facility", "reported_by")
    return found.filter(pk=payload.get("critical_id", 0)).first()


def involved(event: OutboxEvent) -> list[int]:
    """Return the keys of the users who are to hear of a step."""
    result = _result(event.payload)
    if result is None:
        return []
    if event.topic == _ACKNOWLEDGED:
        return [result.reported_by_id]
    return _recipients(result, event) + _overseers(result, event)


def _recipients(result: CriticalResult, event: OutboxEvent) -> list[int]:
    """Return the recipient; where that is nobody with an account, or in vain, the facility."""
    own = [result.recipient_id] if result.recipient_id is not None else []
    if own and event.topic != "critical.escalated":
        return own
    return own + [user.pk for user in possible_recipients(result.study)]


def _overseers(result: CriticalResult, event: OutboxEvent) -> list[int]:
    """Return who must see to it when nobody acknowledges."""
    if event.topic == "critical.reported":
        return []
    keys = [result.reported_by_id]
    if event.payload.get("level") == policy.ADMINISTRATORS:
        keys += [user.pk for user in holders_of("reports.manage_reading")]
    return keys


def addresses(event: OutboxEvent) -> list[str]:
    """Return the mail addresses to which a step goes beside the users."""
    result = _result(event.payload)
    if result is None or event.topic == _ACKNOWLEDGED:
        return []
    own = [] if result.recipient_id is not None else [result.recipient_email]
    return own + ([result.study.facility.email] if event.topic == "critical.escalated" else [])


def words(user: Any, notices: list[Notice]) -> dict[int, Words]:
    """Return what notices say to this reader: nothing of what they may not see."""
    keys = {one.payload.get("critical_id") for one in notices}
    results = critical_visible_to(user).filter(pk__in=keys).in_bulk()
    return {
        one.pk: _words(results[one.payload["critical_id"]], one.topic)
        for one in notices
        if one.payload.get("critical_id") in results
    }


def _words(result: CriticalResult, topic: str) -> Words:
    text = study_words(result.study)
    if topic == _ACKNOWLEDGED:
        text = _("%(study)s, by %(name)s") % {"study": text, "name": result.acknowledged_name}
    return Words(text, f"/critical/{result.pk}/")


def letter(delivery: Delivery) -> Letter | None:
    """Write to somebody without an account; nobody is asked for what is done already."""
    result = _result(delivery.payload)
    if result is None or result.state != CriticalResult.State.OPEN:
        return None
    path = path_of(result)
    return Letter(_SUBJECTS[delivery.topic](), tuple(_lines(result)), path, _("Acknowledge"))


_SUBJECTS: Final = {
    "critical.reported": lambda: _("Critical result: please acknowledge"),
    "critical.reminded": lambda: _("Reminder: a critical result waits for you"),
    "critical.escalated": lambda: _("A critical result was not acknowledged in time"),
}


def _lines(result: CriticalResult) -> list[str]:
    """Return what may be read by whoever carries a mail: no name, number or finding."""
    zone = timezone.get_default_timezone()
    reported = timezone.localtime(result.found_at, zone)
    facts = {
        "facility": result.study.facility.name,
        "time": f"{reported:%Y-%m-%d %H:%M} ({settings.TIME_ZONE})",
        "urgency": result.get_urgency_display(),
    }
    return [
        _("A radiologist has reported a critical result for a patient of %(facility)s.") % facts,
        _("Reported %(time)s. To be acknowledged: %(urgency)s.") % facts,
        _("Open the link, or call the radiologist. This message holds no patient data."),
    ]
