"""What may go wrong in the archive; each door translates these into its own words."""

import errno

from django.db import DatabaseError, Error

_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_SQLSTATE = "53100"  # PostgreSQL: disk_full


class ArchiveError(Exception):
    """Base of the archive's own errors. Nothing was stored; the sender should try again."""


class ArchiveFullError(ArchiveError):
    """There is no room for the object (DIMSE 0xA700, HTTP 507)."""


class ArchiveUnavailableError(ArchiveError):
    """The disk or the database doesn't answer as it should; it may do so later."""


class ObjectMissingError(ArchiveError):
    """The index knows the object, but its file is not there or not whole."""


class StudyKeptError(ArchiveError):
    """The study cannot be deleted: something that must be kept belongs to it."""


def from_os_error(error: OSError) -> ArchiveError:
    """Return the archive's error for a failed operation on files."""
    if error.errno in _FULL_ERRNOS:
        return ArchiveFullError("no room is left on the archive's disk")
    return ArchiveUnavailableError(f"the archive's disk failed: {error.strerror or error}")


def from_database_error(error: Error) -> ArchiveError:
    """Return the archive's error for a failed operation on the database."""
    cause = error.__cause__
    if "full" in str(error).lower() and isinstance(error, DatabaseError):
        return ArchiveFullError("no room is left for the database")
    if getattr(cause, "sqlstate", None) == _FULL_SQLSTATE:
        return ArchiveFullError("no room is left for the database")
    return ArchiveUnavailableError(f"the database failed: {type(error).__name__}")
