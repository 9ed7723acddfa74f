"""The worklist: one query through ``studies_visible_to``, a page at a time."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Replace
from django.db.models.lookups import Contains
from django.utils import timezone

from archive.models import Study
from archive.selectors import Principal, studies_visible_to
from dicomkit.names import search_key
from reports.lifecycle import RELEASED as RELEASED_STATUSES
from reports.ordering import NEVER, DueKey, StatusRank, status_rank
from worklist.criteria import ME, NOBODY, OPEN, PRIORITIES, Criteria
from worklist.models import CustomUser, Facility, UserRole
from worklist.sight import Sight, statuses_of

PAGE_SIZE = 50

# Every order ends with a key, so that it is total and a page can begin anywhere in it.
ORDERS = {
    "date": ("study_date", "study_time", "id"),
    "received": ("received_at", "id"),
    "name": ("patient_name_key", "id"),
    "id": ("dicom_patient_id", "id"),
    "accession": ("accession_number", "id"),
    "description": ("description_key", "id"),
    "modality": ("modalities", "id"),
    "images": ("instance_count", "id"),
    "priority": ("reading__priority", "due_key", "reading__id"),
    "due": ("due_key", "reading__id"),
    "status": ("status_rank", "reading__id"),
}
_READING_SORTS = frozenset({"priority", "due", "status"})
_ALIASES = {"due_key": DueKey("reading__due_at"), "status_rank": StatusRank("reading__status")}
_NAME_COLUMNS = ("patient_name_key", "patient_name_ideographic_key", "patient_name_phonetic_key")
_SEPARATORS = re.compile(r"[\s,^*?=]+")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of the worklist, and the views before and after them."""

    studies: list[Study]
    previous: Criteria | None
    next: Criteria | None


def matching_studies(principal: Principal, criteria: Criteria) -> QuerySet[Study]:
    """Return the studies that `principal` may see and that `criteria` asks for, in no order.

    Whatever `criteria` asks beyond what the principal may know of a reading is left out.
    """
    criteria = Sight.of(principal).narrow(criteria)
    studies = studies_visible_to(principal, by_facility=not _begins_with_reading(criteria))
    if _finds_most(criteria):
        studies = studies.alias(status=Coalesce("reading__status", Value("")))
    for condition in _conditions(principal, criteria):
        studies = studies.filter(condition)
    return studies


def _begins_with_reading(criteria: Criteria) -> bool:
    """Say whether SQLite should go from readings to studies, and not the other way."""
    if connection.vendor != "sqlite":
        # Where there are statistics, a plain condition is what they are of.
        return False
    if criteria.sort in _READING_SORTS:
        return True
    return criteria.asks_for_reading and not _finds_most(criteria)


def _finds_most(criteria: Criteria) -> bool:
    """Say whether nearly every study fits what is asked of its reading: it has been released.

    The states of readings are then no way to find a page; an expression in the place of the
    column keeps SQLite's planner from them.
    """
    if connection.vendor != "sqlite" or criteria.sort in _READING_SORTS:
        return False
    return bool(statuses_of(criteria.statuses) & RELEASED_STATUSES)


def with_reading(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return `studies` with what a row of the list shows of each, fetched in the same query."""
    return studies.select_related("facility", "reading", "reading__assigned_to")


def page_of_studies(principal: Principal, criteria: Criteria) -> Page:
    """Return one page, found by key and not by counting, so that every page costs the same."""
    criteria = Sight.of(principal).narrow(criteria)
    edge_id = criteria.after or criteria.before
    edge = _edge(principal, edge_id) if edge_id else None
    backwards = edge is not None and criteria.after is None
    down = criteria.descending != backwards
    rows = _fetched(list(keys_beyond(principal, criteria, edge, descending=down)))
    has_more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    if backwards and not has_more:
        # The way back has reached the beginning: that is the first page, and it is a full one.
        return page_of_studies(principal, criteria.first_page())
    return _page(criteria, rows, has_previous=edge is not None, has_next=backwards or has_more)


def keys_beyond(
    principal: Principal, criteria: Criteria, edge: Study | None, *, descending: bool
) -> "QuerySet[Study, int]":
    """Return the keys behind `edge`, or the first ones: a page, and one to see if more come.

    Keys alone, for an order without an index is made by sorting all that matches.
    """
    fields = ORDERS[criteria.sort]
    studies = _in_order_of(matching_studies(principal, criteria), criteria)
    if edge is not None:
        studies = studies.filter(_beyond(edge, fields, descending))
    ordered = studies.order_by(*(f"-{field}" if descending else field for field in fields))
    return ordered.values_list("pk", flat=True)[: PAGE_SIZE + 1]


def _fetched(keys: list[int]) -> list[Study]:
    found = with_reading(Study.objects.all()).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _in_order_of(studies: QuerySet[Study], criteria: Criteria) -> QuerySet[Study]:
    """Prepare for the order that is asked for; those of the reading need one with each study."""
    if criteria.sort not in _READING_SORTS:
        return studies
    return studies.filter(reading__isnull=False).alias(**_ALIASES)


def _edge(principal: Principal, key: int) -> Study | None:
    return studies_visible_to(principal).filter(pk=key).select_related("reading").first()


def order_value(study: Study, field: str) -> Any:
    """Return what `study` has in a column of an order, as the database compares it."""
    if field == "due_key":
        return study.reading.due_at or NEVER
    if field == "status_rank":
        return status_rank(study.reading.status)
    return reduce(getattr, field.split("__"), study)


def _page(criteria: Criteria, rows: list[Study], *, has_previous: bool, has_next: bool) -> Page:
    if not rows:
        return Page([], criteria.first_page() if has_previous else None, None)
    return Page(
        rows,
        replace(criteria, after=None, before=rows[0].pk) if has_previous else None,
        replace(criteria, after=rows[-1].pk, before=None) if has_next else None,
    )


def _beyond(edge: Study, fields: tuple[str, ...], descending: bool) -> Q:
    """Return what lies behind `edge` in an order: the tuple comparison, spelt out.

    The first term repeats what follows from the others; by it the database finds its place in
    the index.
    """
    comparison = "lt" if descending else "gt"
    first = Q(**{f"{fields[0]}__{comparison}e": order_value(edge, fields[0])})
    terms = []
    for position, field in enumerate(fields):
        equal = {name: order_value(edge, name) for name in fields[:position]}
        terms.append(Q(**equal, **{f"{field}__{comparison}": order_value(edge, field)}))
    return first & reduce(or_, terms)


def _conditions(principal: Principal, criteria: Criteria) -> list[Q]:
    conditions = [_name_has(word) for word in _words(criteria.name)]
    conditions += [Q(description_key__contains=word) for word in _words(criteria.description)]
    if criteria.patient_id:
        conditions.append(Q(dicom_patient_id__icontains=criteria.patient_id))
    if criteria.accession:
        conditions.append(Q(accession_number__icontains=criteria.accession))
    if criteria.modalities:
        members = (Q(modalities__contains=f"\\{code}\\") for code in criteria.modalities)
        conditions.append(reduce(or_, members))
    if criteria.facility and principal.has_perm("archive.view_all_facilities"):
        conditions.append(Q(facility_id=criteria.facility))
    conditions += _date_conditions(*criteria.dates())
    return conditions + _reading_conditions(principal, criteria)


def _reading_conditions(principal: Any, criteria: Criteria) -> list[Q]:
    conditions = []
    if criteria.statuses:
        column = "status" if _finds_most(criteria) else "reading__status"
        conditions.append(Q(**{f"{column}__in": sorted(statuses_of(criteria.statuses))}))
    if criteria.priorities:
        wanted = [PRIORITIES[word] for word in criteria.priorities]
        conditions.append(Q(reading__priority__in=wanted))
    if criteria.assigned:
        conditions.append(_assigned(principal, criteria.assigned))
    if criteria.quality:
        conditions.append(Q(reading__quality__in=criteria.quality))
    if criteria.late:
        still_open = sorted(statuses_of((OPEN,)))
        conditions.append(Q(reading__status__in=still_open, reading__due_at__lt=timezone.now()))
    return conditions


def _assigned(principal: Any, to: str) -> Q:
    if to == NOBODY:
        return Q(reading__assigned_to__isnull=True)
    return Q(reading__assigned_to=getattr(principal, "pk", None) if to == ME else int(to))


def _date_conditions(first: date | None, last: date | None) -> list[Q]:
    conditions = []
    if first:
        conditions.append(Q(study_date__gte=first.strftime("%Y%m%d")))
    if last:
        conditions.append(Q(study_date__lte=last.strftime("%Y%m%d")))
        if not first:
            conditions.append(Q(study_date__gt=""))
    return conditions


def _words(text: str) -> list[str]:
    return [word for word in _SEPARATORS.split(search_key(text)) if word]


def _name_has(word: str) -> Q:
    """Return the names with `word` in any group.

    Han, kana and hangul names are typed without a space between family and given name, so for
    them the separators of the stored name are passed over.
    """
    matches = [Q(**{f"{column}__contains": word}) for column in _NAME_COLUMNS]
    if not word.isascii():
        matches += [_joined_contains(column, word) for column in _NAME_COLUMNS[1:]]
    return reduce(or_, matches)


def _joined_contains(column: str, word: str) -> Q:
    joined = Replace(Replace(F(column), Value("^"), Value("")), Value(" "), Value(""))
    return Q(Contains(joined, word))


def facilities_visible_to(user: Any) -> QuerySet[Facility]:
    """Return the facilities that `user` may know of: all, or their own."""
    if user.has_perm("archive.view_all_facilities") or user.has_perm("worklist.manage_facilities"):
        return Facility.objects.all()
    return Facility.objects.filter(pk=user.facility_id)


def readers() -> QuerySet[CustomUser]:
    """Return who may be given a study to read."""
    radiologists = CustomUser.objects.filter(role=UserRole.RADIOLOGIST, is_active=True)
    return radiologists.order_by("last_name", "first_name", "username")


def find_patients(principal: Principal, text: str, limit: int) -> list[Study]:
    """Return the newest studies whose patient's name, ID or accession number `text` begins.

    Numbers are looked for only where there is a digit; a patient is named once.
    """
    text = " ".join(text.replace("\0", " ").split())[:64]
    if not text:
        return []
    found = list(_newest(matching_studies(principal, Criteria(name=text)), limit * 3))
    if any(character.isdecimal() for character in text):
        scope = studies_visible_to(principal, by_facility=False)
        for column in ("dicom_patient_id", "accession_number"):
            found += _newest(scope.filter(**{f"{column}__startswith": text}), limit)
    first_of = {study.patient_id: study for study in reversed(found)}
    return [study for study in dict.fromkeys(found) if first_of[study.patient_id] == study][:limit]


def _newest(studies: QuerySet[Study], limit: int) -> QuerySet[Study]:
    return with_reading(studies).order_by("-study_date", "-study_time", "-id")[:limit]
