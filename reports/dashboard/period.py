"""The days that a dashboard is about."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import QueryDict
from django.utils import timezone

PRESETS = (7, 30, 90)
DEFAULT_DAYS = 30
# Longer periods are cut at their beginning: what is shown stays bounded.
MAX_DAYS = 366


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the server's time zone, the first and the last included."""

    first: date
    last: date
    # 7, 30 or 90 when it is one of the presets, else None.
    preset: int | None = None

    @classmethod
    def read(cls, query: QueryDict, today: date) -> "Period":
        """Read ``?days=`` or ``?from=&to=``; what cannot be understood gives the default."""
        first, last = _date(query.get("from", "")), _date(query.get("to", ""))
        if first and last:
            first, last = sorted((first, last))
            return cls(max(first, last - timedelta(days=MAX_DAYS - 1)), last)
        chosen = {str(days): days for days in PRESETS}.get(query.get("days", ""), DEFAULT_DAYS)
        return cls(today - timedelta(days=chosen - 1), today, chosen)

    @property
    def days(self) -> list[date]:
        """Every day of it, in order."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(count)]

    @property
    def start(self) -> datetime:
        """The first moment of it."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2200 else None
