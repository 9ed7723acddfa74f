"""What a user wants: which kinds, by which channel, and when not."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings

from notifications.kinds import KINDS, Kind
from notifications.models import Preference

MAIL_CHOICES: Final = ("now", "digest", "off")


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a user wants to be told, with the product's own ways where nothing was chosen."""

    choices: dict[str, Any]
    zone: ZoneInfo
    quiet_from: time | None
    quiet_until: time | None
    digest_at: time
    has_sound: bool

    def is_in_app(self, kind: Kind) -> bool:
        """Say whether the kind is shown under the bell; what breaks quiet hours always is."""
        return kind.breaks_quiet or bool(self._choice(kind).get("app", True))

    def mail(self, kind: Kind) -> str:
        """Return how mail is sent: ``now``, ``digest`` or ``off``."""
        chosen = self._choice(kind).get("mail")
        return chosen if chosen in MAIL_CHOICES else kind.mail

    def _choice(self, kind: Kind) -> dict[str, Any]:
        choice = self.choices.get(kind.key)
        return choice if isinstance(choice, dict) else {}

    def quiet_ends(self, now: datetime) -> datetime | None:
        """Return when the quiet hours that run at `now` end; None when none do."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None or start == end:
            return None
        local = now.astimezone(self.zone)
        clock = local.time().replace(tzinfo=None)
        if start < end:
            is_quiet = start <= clock < end
        else:
            is_quiet = clock >= start or clock < end
        if not is_quiet:
            return None
        days = 1 if start > end and clock >= start else 0
        return self._at(local, end, days)

    def next_digest(self, now: datetime) -> datetime:
        """Return when the next daily digest is due."""
        local = now.astimezone(self.zone)
        today = self._at(local, self.digest_at, 0)
        return today if today > now else self._at(local, self.digest_at, 1)

    def last_digest(self, now: datetime) -> datetime:
        """Return when the newest daily digest was due."""
        local = now.astimezone(self.zone)
        today = self._at(local, self.digest_at, 0)
        return today if today <= now else self._at(local, self.digest_at, -1)

    def _at(self, local: datetime, clock: time, days: int) -> datetime:
        """Return a time of day near `local`; one that a change of clocks leaves out comes later."""
        day = local.date() + timedelta(days=days)
        return datetime.combine(day, clock, self.zone)


def wishes_of(preference: Preference | None) -> Wishes:
    """Return a user's wishes, from the row or without one."""
    one = preference or Preference()
    return Wishes(
        choices=one.choices if isinstance(one.choices, dict) else {},
        zone=zone_named(one.time_zone),
        quiet_from=one.quiet_from,
        quiet_until=one.quiet_until,
        digest_at=one.digest_at,
        has_sound=one.has_sound,
    )


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone, or the installation's when there is none of that name."""
    return ZoneInfo(name if name in known_zones() else settings.TIME_ZONE)


def known_zones() -> frozenset[str]:
    """Return the names of time zones."""
    return _ZONES


_ZONES: Final = frozenset(available_timezones())


def wishes_of_users(keys: list[int]) -> dict[int, Wishes]:
    """Return the wishes of several users by their keys."""
    rows = {row.user_id: row for row in Preference.objects.filter(user_id__in=keys)}
    return {key: wishes_of(rows.get(key)) for key in keys}


def kinds_offered_to(user: Any) -> list[Kind]:
    """Return the kinds of events of which this user can be told at all."""
    has_home = user.facility_id is not None
    offered = [kind for kind in KINDS.values() if has_home or not kind.at_home_only]
    return [kind for kind in offered if user.has_perm(kind.needs)]
