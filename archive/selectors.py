"""The only way from a user, or a DICOM peer, to studies."""

from typing import Protocol, TypeVar

from django.db.models import F, Model, QuerySet
from django.db.models.lookups import Exact

from archive.models import Instance, Patient, Series, Study

Row = TypeVar("Row", bound=Model)


class Principal(Protocol):
    """Somebody who asks: a signed-in user or a registered DICOM peer."""

    is_active: bool
    facility_id: int | None

    def has_perm(self, perm: str) -> bool:
        """Say whether the permission, named ``app.codename``, is held."""
        ...


def facility_filter(principal: Principal) -> dict[str, int] | None:
    """Return the filter on ``facility_id`` for `principal`; None when nothing may be seen."""
    if not principal.is_active or not principal.has_perm("archive.view_study"):
        return None
    if principal.has_perm("archive.view_all_facilities"):
        return {}
    return None if principal.facility_id is None else {"facility_id": principal.facility_id}


def studies_visible_to(principal: Principal, *, by_facility: bool = True) -> QuerySet[Study]:
    """Return the studies that `principal` may see.

    With `by_facility` the database may begin with the facility's studies, which is best for
    lists; a search for one patient or number should go by that instead.
    """
    return _in_scope(Study.objects.all(), facility_filter(principal), by_facility)


def patients_visible_to(principal: Principal, *, by_facility: bool = True) -> QuerySet[Patient]:
    """Return the patients of the studies that `principal` may see; see `studies_visible_to`."""
    return _in_scope(Patient.objects.all(), facility_filter(principal), by_facility)


def _in_scope(
    rows: QuerySet[Row], scope: dict[str, int] | None, by_facility: bool
) -> QuerySet[Row]:
    if scope is None:
        return rows.none()
    if by_facility or not scope:
        return rows.filter(**scope)
    # An expression keeps the planner from the facility's index: SQLite, which has no statistics,
    # takes it for as good as any other, and it holds all of a hospital's studies.
    return rows.filter(Exact(F("facility_id") + 0, scope["facility_id"]))


def series_visible_to(principal: Principal) -> QuerySet[Series]:
    """Return the series of the studies that `principal` may see."""
    scope = facility_filter(principal)
    if scope is None:
        return Series.objects.none()
    return Series.objects.filter(**{f"study__{key}": value for key, value in scope.items()})


def instances_visible_to(principal: Principal) -> QuerySet[Instance]:
    """Return the instances of the studies that `principal` may see."""
    scope = facility_filter(principal)
    return Instance.objects.none() if scope is None else Instance.objects.filter(**scope)
