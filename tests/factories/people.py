"""Facilities, users and principals."""

from dataclasses import dataclass, field
from itertools import count

from worklist.models import CustomUser, Facility

_numbers = count(1)


def make_facility(name: str = "") -> Facility:
    """Return a new facility."""
    return Facility.objects.create(name=name or f"Facility {next(_numbers)}")


def make_user(role: str = "ADMIN", facility: Facility | None = None) -> CustomUser:
    """Return a new user without a usable password."""
    return CustomUser.objects.create_user(
        username=f"user{next(_numbers)}", role=role, facility=facility
    )


@dataclass
class StubPrincipal:
    """Somebody with exactly these permissions."""

    facility_id: int | None = None
    permissions: frozenset[str] = field(
        default_factory=lambda: frozenset({"archive.view_study", "archive.view_all_facilities"})
    )
    is_active: bool = True

    def has_perm(self, perm: str) -> bool:
        return perm in self.permissions


def reader() -> StubPrincipal:
    """Return somebody who sees every facility."""
    return StubPrincipal()


def member_of(facility: Facility) -> StubPrincipal:
    """Return somebody who sees one facility."""
    return StubPrincipal(facility.pk, frozenset({"archive.view_study"}))
