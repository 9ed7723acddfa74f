"""Who is to hear of an event: by permission, by facility, by involvement.

Rooms above know roles and readings; they register their ways to find people at start-up.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.contrib.auth import get_user_model

from notifications.kinds import Kind
from notifications.models import OutboxEvent
from notifications.stream import may_hear

Holders = Callable[[str], Iterable[Any]]
Involved = Callable[[OutboxEvent], Iterable[int]]
Addresses = Callable[[OutboxEvent], Iterable[str]]

_HOLDERS: Final[list[Holders]] = []
_INVOLVED: Final[dict[str, Involved]] = {}
_ADDRESSES: Final[dict[str, Addresses]] = {}


def find_holders_by(holders: Holders) -> None:
    """Register how the active users who hold a permission are found."""
    _HOLDERS[:] = [holders]


def find_involved_by(name: str, involved: Involved) -> None:
    """Register how the users involved in an event are found, under the name that kinds use."""
    _INVOLVED[name] = involved


def find_addresses_by(name: str, addresses: Addresses) -> None:
    """Register how mail addresses of people without an account are found, by the same name."""
    _ADDRESSES[name] = addresses


def holders_of(permission: str) -> list[Any]:
    """Return the active users who hold a permission."""
    if _HOLDERS:
        return list(_HOLDERS[0](permission))
    users = get_user_model()._default_manager.filter(is_active=True)
    return [user for user in users if user.has_perm(permission)]


def audience_of(kind: Kind, event: OutboxEvent) -> list[Any]:
    """Return the users to be told of an event, each once, without the one who caused it."""
    found = {user.pk: user for user in _candidates(kind, event)}
    found.pop(event.payload.get("by_id"), None)
    return [user for key, user in sorted(found.items()) if _may_be_told(user, kind, event)]


def _candidates(kind: Kind, event: OutboxEvent) -> list[Any]:
    keys = [event.payload.get(name) for name in kind.payload_users]
    if kind.involved in _INVOLVED:
        keys += _INVOLVED[kind.involved](event)
    wanted = [key for key in keys if isinstance(key, int)]
    users = list(get_user_model()._default_manager.filter(pk__in=wanted)) if wanted else []
    return users + (holders_of(kind.needs) if kind.everybody else [])


def _may_be_told(user: Any, kind: Kind, event: OutboxEvent) -> bool:
    if not user.has_perm(kind.needs) or not may_hear(user, event.facility_id):
        return False
    return not kind.at_home_only or user.facility_id == event.facility_id


def addresses_of(kind: Kind, event: OutboxEvent) -> list[str]:
    """Return the mail addresses of people without an account who are to be told."""
    find = _ADDRESSES.get(kind.involved)
    return sorted({address for address in find(event) if address}) if find else []
