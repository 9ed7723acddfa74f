"""The worklist: one query through ``studies_visible_to``, a page at a time."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.db.models.lookups import Contains

from archive.models import Study
from archive.selectors import Principal, studies_visible_to
from dicomkit.names import search_key
from worklist.criteria import Criteria
from worklist.models import Facility

PAGE_SIZE = 50

# Every order ends with the key, so that it is total and a page can begin anywhere in it.
_ORDERS = {
    "date": ("study_date", "study_time", "id"),
    "received": ("received_at", "id"),
    "name": ("patient_name_key", "id"),
    "id": ("dicom_patient_id", "id"),
    "accession": ("accession_number", "id"),
    "description": ("description_key", "id"),
    "modality": ("modalities", "id"),
    "images": ("instance_count", "id"),
}
_NAME_COLUMNS = ("patient_name_key", "patient_name_ideographic_key", "patient_name_phonetic_key")
_SEPARATORS = re.compile(r"[\s,^*?=]+")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of the worklist, and the views before and after them."""

    studies: list[Study]
    previous: Criteria | None
    next: Criteria | None


def matching_studies(principal: Principal, criteria: Criteria) -> QuerySet[Study]:
    """Return the studies that `principal` may see and that `criteria` asks for, in no order."""
    studies = studies_visible_to(principal)
    for condition in _conditions(principal, criteria):
        studies = studies.filter(condition)
    return studies


def page_of_studies(principal: Principal, criteria: Criteria) -> Page:
    """Return one page, found by key and not by counting, so that every page costs the same."""
    studies = matching_studies(principal, criteria).select_related("facility")
    edge_id = criteria.after or criteria.before
    edge = studies_visible_to(principal).filter(pk=edge_id).first() if edge_id else None
    backwards = edge is not None and criteria.after is None
    fields, descending = _ORDERS[criteria.sort], criteria.descending != backwards
    if edge is not None:
        studies = studies.filter(_beyond(edge, fields, descending))
    ordered = studies.order_by(*(f"-{field}" if descending else field for field in fields))
    rows = list(ordered[: PAGE_SIZE + 1])
    has_more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    if backwards and not has_more:
        # The way back has reached the beginning: that is the first page, and it is a full one.
        return page_of_studies(principal, criteria.first_page())
    return _page(criteria, rows, has_previous=edge is not None, has_next=backwards or has_more)


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
    first = Q(**{f"{fields[0]}__{comparison}e": getattr(edge, fields[0])})
    terms = []
    for position, field in enumerate(fields):
        equal = {name: getattr(edge, name) for name in fields[:position]}
        terms.append(Q(**equal, **{f"{field}__{comparison}": getattr(edge, field)}))
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
    return conditions + _date_conditions(*criteria.dates())


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
