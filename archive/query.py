"""The one search of the index, for C-FIND and QIDO-RS alike.

References: PS3.4 C.2.2 (matching), C.4.1 (C-FIND), PS3.18 10.6 (QIDO-RS).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable

from archive import matching
from archive.attributes import (
    PATIENT_COUNTS,
    Attribute,
    Kind,
    Level,
    attributes_at,
    path,
)
from archive.matching import QueryError
from archive.models import Series
from archive.selectors import (
    Principal,
    instances_visible_to,
    patients_visible_to,
    series_visible_to,
    studies_visible_to,
)

__all__ = ["Level", "Query", "QueryError", "Value", "find"]

Value = str | int | list[str] | list[dict[str, str]] | None

_NEWEST = ("-study_date", "-study_time", "-id")
_ORDERS: dict[Level, tuple[str, ...]] = {
    Level.PATIENT: ("name_key", "id"),
    Level.STUDY: _NEWEST,
    Level.SERIES: ("-study__study_date", "-study__study_time", "study_id", "series_number", "id"),
    Level.IMAGE: ("series_id", "instance_number", "id"),
}
_DATE_TIME_PAIRS = (
    ("StudyDate", "StudyTime"),
    ("SeriesDate", "SeriesTime"),
    ("PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime"),
)
_CHUNK = 2000
_SELECTIVE = ("PatientName", "PatientID", "AccessionNumber")
_SEQUENCE = "RequestAttributesSequence"


@dataclass(frozen=True, slots=True)
class Query:
    """One request.

    Parameters
    ----------
    level : Level
        What is looked for.
    filters : mapping of keyword to text
        Values as DICOM writes them: backslashes between values, ``-`` in ranges, ``*`` and
        ``?`` as wildcards. Empty text, and keywords that the level does not know, match all.
        An item of a sequence is named with a dot:
        ``RequestAttributesSequence.ScheduledProcedureStepID``.
    return_keywords : sequence of str
        What to return; empty for everything that the level knows.
    fuzzy : bool
        Match names word by word, in any order (QIDO-RS ``fuzzymatching``).
    combined_datetime : bool
        Take date and time ranges together (PS3.4 C.5.1, extended negotiation).
    offset, limit : int
        A window of the result, newest studies first. No limit returns all, in chunks.
    """

    level: Level
    filters: Mapping[str, str] = field(default_factory=dict)
    return_keywords: Sequence[str] = ()
    fuzzy: bool = False
    combined_datetime: bool = False
    offset: int = 0
    limit: int | None = None


def find(principal: Principal, query: Query) -> Iterator[dict[str, Value]]:
    """Yield what `principal` may see of the matches, one mapping of keyword to value each.

    Dates, times and codes are text in DICOM form, counts are int, members (ModalitiesInStudy)
    a list of text; what an object does not state is empty text or None.

    Raises
    ------
    QueryError
        A value of the request cannot be matched; raised before the first result.
    """
    rows = _matching(principal, query)
    columns, counts = _columns(query)
    if principal.has_perm("archive.view_rejected"):
        columns = [(attribute, _counting_all(column)) for attribute, column in columns]
    return _results(rows, query, columns, counts)


def _matching(principal: Principal, query: Query) -> QuerySet[Any]:
    known = attributes_at(query.level)
    rows = _source(principal, query)
    filters = dict(query.filters)
    if query.combined_datetime:
        rows = _combine(rows, query.level, known, filters)
    for keyword, value in filters.items():
        attribute = known.get(keyword)
        if attribute is None or attribute.kind is Kind.SEQUENCE:
            continue
        prefix = path(query.level, attribute)
        if condition := matching.condition(attribute, prefix, value, fuzzy=query.fuzzy):
            rows = rows.filter(condition)
    return _match_items(rows, query)


def _source(principal: Principal, query: Query) -> QuerySet[Any]:
    """Return the visible rows of the query's level, from which the quickest way leads on."""
    if query.level is Level.SERIES:
        return series_visible_to(principal)
    if query.level is Level.IMAGE:
        return instances_visible_to(principal)
    of_level = studies_visible_to if query.level is Level.STUDY else patients_visible_to
    return of_level(principal, by_facility=not _names_few(query))


def _names_few(query: Query) -> bool:
    """Say whether a value is given that few rows have, and by which an index finds them."""
    return any(
        query.filters.get(keyword, "").strip()[:1] not in {"", "*", "?"}
        and not (query.fuzzy and keyword == "PatientName")
        for keyword in _SELECTIVE
    )


def _combine(
    rows: QuerySet[Any], level: Level, known: dict[str, Attribute], filters: dict[str, str]
) -> QuerySet[Any]:
    for date, time in _DATE_TIME_PAIRS:
        if date in known and filters.get(date) and filters.get(time):
            prefix = path(level, known[date])
            dates, times = filters.pop(date), filters.pop(time)
            rows = rows.filter(matching.combined(known[date], known[time], prefix, dates, times))
    return rows


def _match_items(rows: QuerySet[Any], query: Query) -> QuerySet[Any]:
    """Narrow by items of Request Attributes Sequence, which live in a JSON column of Series."""
    wanted = {
        keyword.removeprefix(f"{_SEQUENCE}."): value
        for keyword, value in query.filters.items()
        if keyword.startswith(f"{_SEQUENCE}.") and value.strip() and set(value.strip()) != {"*"}
    }
    if not wanted or query.level < Level.SERIES:
        return rows
    key = "series_id" if query.level is Level.IMAGE else "pk"
    candidates = Series.objects.filter(pk__in=rows.values(key)).exclude(request_attributes=[])
    hits = [
        pk
        for pk, items in candidates.values_list("pk", "request_attributes").iterator(_CHUNK)
        if any(_item_matches(item, wanted) for item in items)
    ]
    return rows.filter(**{f"{key}__in": hits})


def _item_matches(item: dict[str, str], wanted: dict[str, str]) -> bool:
    return all(
        any(matching.literal_matches(part, str(item.get(k, ""))) for part in value.split("\\"))
        for k, value in wanted.items()
    )


Column = str | Combinable


def _counting_all(column: Column) -> Column:
    """Return a column of counts with what was rejected added, others as they are.

    The columns themselves count what everybody sees.
    """
    prefix, _, name = str(column).rpartition("__")
    prefix = f"{prefix}__" if prefix else ""
    if name == "instance_count":
        return F(str(column)) + F(f"{prefix}hidden_count")
    if name == "series_count":
        of_study = Series.objects.filter(study=OuterRef(f"{prefix}pk")).order_by()
        return Subquery(of_study.values("study").annotate(count=Count("pk")).values("count"))
    return column


def _columns(query: Query) -> tuple[list[tuple[Attribute, Column]], list[str]]:
    known = attributes_at(query.level)
    wanted = query.return_keywords or list(known)
    columns: list[tuple[Attribute, Column]] = [
        (known[keyword], path(query.level, known[keyword]) + known[keyword].column)
        for keyword in dict.fromkeys(wanted)
        if keyword in known
    ]
    counts = [k for k in PATIENT_COUNTS if k in wanted and query.level is Level.PATIENT]
    return columns, counts


def _results(
    rows: QuerySet[Any], query: Query, columns: list[tuple[Attribute, Column]], counts: list[str]
) -> Iterator[dict[str, Value]]:
    paths = [column for _, column in columns]
    keywords = [attribute.keyword for attribute, _ in columns]
    special = [
        (position, attribute.kind)
        for position, (attribute, _) in enumerate(columns)
        if attribute.kind is Kind.MEMBERS
    ]
    for values in _rows(rows, query, ["pk", *paths]):
        found: dict[str, Value] = dict(zip(keywords, values[1:], strict=True))
        for position, _kind in special:
            found[keywords[position]] = members(values[position + 1])
        if counts:
            found.update(_patient_counts(rows, values[0], counts))
        yield found


def members(text: str) -> list[str]:
    r"""Return the values of a column of the form ``\CT\PT\``."""
    return [value for value in text.split("\\") if value]


def _rows(rows: QuerySet[Any], query: Query, paths: list[Column]) -> Iterator[tuple[Any, ...]]:
    ordered = rows.order_by(*_ORDERS[query.level])
    if query.limit is None:
        return iter(ordered.values_list(*paths)[query.offset :].iterator(_CHUNK))
    window = slice(query.offset, query.offset + query.limit)
    if query.offset == 0:
        return iter(ordered.values_list(*paths)[window])
    # Far into a list the index alone finds the keys; only the window's rows are then read.
    keys = list(ordered.values_list("pk", flat=True)[window])
    by_key = {values[0]: values for values in rows.filter(pk__in=keys).values_list(*paths)}
    return iter(by_key[key] for key in keys if key in by_key)


def _patient_counts(rows: QuerySet[Any], pk: int, counts: list[str]) -> dict[str, Value]:
    totals = rows.filter(pk=pk).aggregate(
        pk=Count("studies", filter=Q(studies__is_hidden=False)),
        series_count=Sum("studies__series_count"),
        instance_count=Sum("studies__instance_count"),
    )
    return {keyword: int(totals[PATIENT_COUNTS[keyword]] or 0) for keyword in counts}
