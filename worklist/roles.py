"""What each role may do: the one table from role to permission."""

from worklist.models import UserRole

_FACILITY_BOUND = frozenset({"archive.view_study", "archive.upload_study"})

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    UserRole.ADMIN: _FACILITY_BOUND
    | {
        "archive.view_all_facilities",
        "archive.manage_study",
        "archive.delete_study",
        "archive.resolve_quarantine",
        "worklist.manage_users",
        "worklist.manage_facilities",
        "dimse.manage_peers",
        "audit.view_audit",
        "operations.view_status",
    },
    UserRole.RADIOLOGIST: frozenset({"archive.view_study", "archive.view_all_facilities"}),
    UserRole.FACILITY: _FACILITY_BOUND,
    UserRole.TECHNICIAN: _FACILITY_BOUND | {"archive.manage_study"},
}

# Who works for one facility, and sees nothing without one.
FACILITY_BOUND_ROLES = frozenset({UserRole.FACILITY, UserRole.TECHNICIAN})


def permissions_of(role: str) -> frozenset[str]:
    """Return the permissions of a role; an unknown role has none."""
    return ROLE_PERMISSIONS.get(role, frozenset())
