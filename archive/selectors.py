"""The only way from a user, or a DICOM peer, to studies."""

from typing import NamedTuple, Protocol, TypeVar

from django.db.models import Exists, F, Model, OuterRef, QuerySet
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


class Scope(NamedTuple):
    """All that decides what a principal sees: of which facility, and whether rejected objects."""

    facility_id: int | None
    sees_hidden: bool

    def within(self, prefix: str = "") -> dict[str, int]:
        """Return the filter on the facility; `prefix` leads to the model that has it."""
        return {} if self.facility_id is None else {f"{prefix}facility_id": self.facility_id}

    def seen(self) -> dict[str, bool]:
        """Return the filter that leaves out what was rejected."""
        return {} if self.sees_hidden else {"is_hidden": False}


def scope_of(principal: Principal) -> Scope | None:
    """Return what `principal` may see; None for nothing."""
    if not principal.is_active or not principal.has_perm("archive.view_study"):
        return None
    sees_hidden = principal.has_perm("archive.view_rejected")
    if principal.has_perm("archive.view_all_facilities"):
        return Scope(None, sees_hidden)
    facility_id = principal.facility_id
    return None if facility_id is None else Scope(facility_id, sees_hidden)


def facility_filter(principal: Principal) -> dict[str, int] | None:
    """Return the filter on ``facility_id`` for `principal`; None when nothing may be seen."""
    scope = scope_of(principal)
    return None if scope is None else scope.within()


def studies_visible_to(principal: Principal, *, by_facility: bool = True) -> QuerySet[Study]:
    """Return the studies that `principal` may see.

    With `by_facility` the database may begin with the facility's studies, which is best for
    lists; a search for one patient or number should go by that instead.
    """
    scope = scope_of(principal)
    if scope is None:
        return Study.objects.none()
    return _in_facility(Study.objects.filter(**scope.seen()), scope, by_facility)


def patients_visible_to(principal: Principal, *, by_facility: bool = True) -> QuerySet[Patient]:
    """Return the patients of the studies that `principal` may see; see `studies_visible_to`."""
    scope = scope_of(principal)
    if scope is None:
        return Patient.objects.none()
    seen = Study.objects.filter(patient=OuterRef("pk"), **scope.seen())
    return _in_facility(Patient.objects.filter(Exists(seen)), scope, by_facility)


def _in_facility(rows: QuerySet[Row], scope: Scope, by_facility: bool) -> QuerySet[Row]:
    if by_facility or scope.facility_id is None:
        return rows.filter(**scope.within())
    # An expression keeps the planner from the facility's index: SQLite, which has no statistics,
    # takes it for as good as any other, and it holds all of a hospital's studies.
    return rows.filter(Exact(F("facility_id") + 0, scope.facility_id))


def series_visible_to(principal: Principal) -> QuerySet[Series]:
    """Return the series of the studies that `principal` may see."""
    scope = scope_of(principal)
    if scope is None:
        return Series.objects.none()
    return Series.objects.filter(**scope.within("study__"), **scope.seen())


def instances_visible_to(principal: Principal) -> QuerySet[Instance]:
    """Return the instances of the studies that `principal` may see."""
    scope = scope_of(principal)
    if scope is None:
        return Instance.objects.none()
    return Instance.objects.filter(**scope.within(), **scope.seen())
