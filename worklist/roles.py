"""What each role may do: the one table from role to permission."""

from worklist.models import UserRole

_EVERYBODY = frozenset({"archive.view_study", "archive.attach_file"})
_FACILITY_BOUND = _EVERYBODY | {"archive.upload_study"}
_READING = frozenset(
    {
        "archive.view_all_facilities",
        "reports.view_report",
        "reports.view_final_report",
        "reports.write_report",
        "reports.print_report",
        "reports.assign_reading",
        "reports.set_priority",
        "reports.report_critical",
        "reports.view_dashboard",
        "viewer.annotate",
    }
)
_QUALITY = frozenset(
    {
        "archive.manage_study",
        "archive.view_rejected",
        "reports.check_quality",
        "reports.set_priority",
        "viewer.annotate",
    }
)

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    # Everything but the signature of a physician, which is the radiologist's alone.
    UserRole.ADMIN: _FACILITY_BOUND
    | _READING
    | _QUALITY
    | {
        "archive.delete_study",
        "archive.resolve_quarantine",
        "worklist.manage_users",
        "worklist.manage_facilities",
        "reports.manage_reading",
        "reports.manage_letterhead",
        "notifications.view_deliveries",
        "dimse.manage_peers",
        "audit.view_audit",
        "operations.view_status",
        "viewer.manage_annotations",
    },
    UserRole.RADIOLOGIST: _EVERYBODY | _READING | {"reports.sign_report"},
    UserRole.FACILITY: _FACILITY_BOUND
    | {"reports.view_final_report", "reports.print_report", "reports.manage_letterhead"},
    UserRole.TECHNICIAN: _FACILITY_BOUND | _QUALITY,
}

# Who works for one facility, and sees nothing without one.
FACILITY_BOUND_ROLES = frozenset({UserRole.FACILITY, UserRole.TECHNICIAN})


def permissions_of(role: str) -> frozenset[str]:
    """Return the permissions of a role; an unknown role has none."""
    return ROLE_PERMISSIONS.get(role, frozenset())
