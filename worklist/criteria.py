"""What a worklist address asks for: filters, order and place, read from a URL and written back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from reports.lifecycle import ReportStatus
from reports.models import Priority, Quality

DATE_PRESETS = ("all", "today", "yesterday", "week", "range")
# What a column is called in the URL -> whether its first click sorts downwards.
SORT_DIRECTIONS = {
    "date": True,
    "received": True,
    "name": False,
    "id": False,
    "accession": False,
    "description": False,
    "modality": False,
    "images": True,
    # The reading order: what is most urgent, and of that what is due first.
    "priority": False,
    "due": False,
    "status": False,
}
# Besides the states of a report, the two halves of its life: still to be read, and released.
OPEN, RELEASED = "open", "released"
STATUSES = (OPEN, RELEASED, *ReportStatus.values)
PRIORITIES = {priority.name.lower(): priority for priority in Priority}
QUALITIES = tuple(Quality.values)
ME, NOBODY = "me", "nobody"
_MODALITY = re.compile(r"[A-Z0-9_ ]{1,16}")  # PS3.5 6.2 (CS)
_TEXT_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Criteria:
    """One view of the worklist; everything in it is in the page's address."""

    name: str = ""
    patient_id: str = ""
    accession: str = ""
    description: str = ""
    preset: str = "all"
    date_from: date | None = None
    date_to: date | None = None
    modalities: tuple[str, ...] = ()
    facility: int | None = None
    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    # Blank, `ME`, `NOBODY`, or the key of a reader.
    assigned: str = ""
    quality: tuple[str, ...] = ()
    # Only what should have been final by now.
    late: bool = False
    sort: str = "date"
    descending: bool = True
    after: int | None = None
    before: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> "Criteria":
        """Read an address; what cannot be understood is left out rather than refused."""
        preset = query.get("date", "all")
        sort = query.get("sort", "date")
        sort = sort if sort in SORT_DIRECTIONS else "date"
        order = query.get("order", "")
        return cls(
            **{key: _text(query, key) for key in ("name", "patient_id", "accession")},
            description=_text(query, "description"),
            preset=preset if preset in DATE_PRESETS else "all",
            date_from=_date(query.get("from", "")),
            date_to=_date(query.get("to", "")),
            modalities=_modalities(query.getlist("modality")),
            facility=_number(query.get("facility", "")),
            statuses=_chosen(query.getlist("status"), STATUSES),
            priorities=_chosen(query.getlist("priority"), PRIORITIES),
            assigned=_reader(query.get("assigned", "")),
            quality=_chosen(query.getlist("quality"), QUALITIES),
            late=query.get("due", "") == "late",
            sort=sort,
            descending=order == "desc" if order in {"asc", "desc"} else SORT_DIRECTIONS[sort],
            after=_number(query.get("after", "")),
            before=_number(query.get("before", "")),
        )

    def query(self) -> str:
        """Return the query part of the address that gives this view, without what is default."""
        pairs: list[tuple[str, object]] = [
            ("name", self.name),
            ("patient_id", self.patient_id),
            ("accession", self.accession),
            ("description", self.description),
            ("date", "" if self.preset == "all" else self.preset),
            ("from", self.date_from.isoformat() if self.date_from else ""),
            ("to", self.date_to.isoformat() if self.date_to else ""),
            *(("modality", modality) for modality in self.modalities),
            ("facility", self.facility or ""),
            *(("status", status) for status in self.statuses),
            *(("priority", priority) for priority in self.priorities),
            ("assigned", self.assigned),
            *(("quality", quality) for quality in self.quality),
            ("due", "late" if self.late else ""),
            ("sort", "" if self.sort == "date" else self.sort),
            ("order", self.order_parameter),
            ("after", self.after or ""),
            ("before", self.before or ""),
        ]
        return urlencode([(key, value) for key, value in pairs if value != ""])

    @property
    def order_parameter(self) -> str:
        """The direction as the address names it: blank when it is the column's own."""
        if self.descending == SORT_DIRECTIONS[self.sort]:
            return ""
        return "desc" if self.descending else "asc"

    def first_page(self) -> "Criteria":
        """Return the same view from its beginning."""
        return replace(self, after=None, before=None)

    def sorted_by(self, column: str) -> "Criteria":
        """Return the view that a click on a column's heading gives."""
        down = not self.descending if column == self.sort else SORT_DIRECTIONS[column]
        return replace(self.first_page(), sort=column, descending=down)

    @property
    def is_filtered(self) -> bool:
        """Whether anything but order and place is asked for."""
        return replace(self.first_page(), sort="date", descending=True) != Criteria()

    @property
    def asks_for_reading(self) -> bool:
        """Whether a filter looks at the reading of a study, and not at the study alone."""
        return bool(self.statuses or self.priorities or self.assigned or self.quality or self.late)

    @property
    def is_live(self) -> bool:
        """Whether new studies belong on this page: newest or most urgent first, no page before."""
        first_come = self.sort in {"date", "received"} and self.descending
        first_due = self.sort in {"priority", "due"} and not self.descending
        return (first_come or first_due) and self.after is None and self.before is None

    def dates(self) -> tuple[date | None, date | None]:
        """Return the first and last study date asked for, in the server's time zone."""
        today = timezone.localdate()
        if self.preset == "today":
            return today, today
        if self.preset == "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        if self.preset == "week":
            return today - timedelta(days=6), today
        return (self.date_from, self.date_to) if self.preset == "range" else (None, None)


def _text(query: QueryDict, key: str) -> str:
    return " ".join(query.get(key, "").replace("\0", " ").split())[:_TEXT_LIMIT]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    # A key of the database has at most 19 digits and is never 0; isdecimal() also knows other
    # scripts' digits.
    is_key = text.isascii() and text.isdecimal() and len(text) <= 18
    return int(text) or None if is_key else None


def _modalities(values: list[str]) -> tuple[str, ...]:
    codes = {code.strip().upper() for value in values for code in value.split(",")}
    return tuple(sorted(code for code in codes if _MODALITY.fullmatch(code)))


def _chosen(values: list[str], known: Iterable[str]) -> tuple[str, ...]:
    wanted = {word.strip().lower() for value in values for word in value.split(",")}
    return tuple(word for word in known if word in wanted)


def _reader(text: str) -> str:
    if text in {ME, NOBODY}:
        return text
    number = _number(text)
    return str(number) if number else ""
