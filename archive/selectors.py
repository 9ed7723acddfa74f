"""The only way from a user, or a DICOM peer, to studies."""

from typing import Protocol

from django.db.models import QuerySet

from archive.models import Instance, Patient, Series, Study


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


def studies_visible_to(principal: Principal) -> QuerySet[Study]:
    """Return the studies that `principal` may see."""
    scope = facility_filter(principal)
    return Study.objects.none() if scope is None else Study.objects.filter(**scope)


def patients_visible_to(principal: Principal) -> QuerySet[Patient]:
    """Return the patients of the studies that `principal` may see."""
    scope = facility_filter(principal)
    return Patient.objects.none() if scope is None else Patient.objects.filter(**scope)


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
