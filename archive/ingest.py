"""The one way into the archive (house.md, "One path for data")."""

import os

from django.db import Error

from archive.candidate import Candidate, IdentityError, read_candidate
from archive.commit import GroupCommitter
from archive.errors import (
    ArchiveError,
    ArchiveFullError,
    ArchiveUnavailableError,
    from_database_error,
    from_os_error,
)
from archive.filing import existing_instance
from archive.outcome import Door, Origin, Outcome, OutcomeKind
from archive.spool import SpooledFile
from dicomkit.errors import Part10Error

__all__ = [
    "ArchiveError",
    "ArchiveFullError",
    "ArchiveUnavailableError",
    "Door",
    "Origin",
    "Outcome",
    "OutcomeKind",
    "ingest",
]

_committer = GroupCommitter()


def ingest(spooled: SpooledFile, origin: Origin) -> Outcome:
    """Store a spooled object, and answer only when it is on the disk and in the index.

    The spooled file is taken over: afterwards it is gone from the spool, whatever the outcome.
    Call it outside of any transaction; it may be called by many threads at once.

    Parameters
    ----------
    spooled : SpooledFile
        A complete Part 10 file in the transfer syntax in which it came.
    origin : Origin
        Who brought it, and for which facility.

    Returns
    -------
    Outcome
        STORED; DUPLICATE when the facility has these very bytes already; QUARANTINED when they
        are kept aside (``uid-conflict``, ``patient-mismatch``, ``truncated``); REFUSED, with the
        reason, when they are not a DICOM object that says which one it is.

    Raises
    ------
    ArchiveFullError, ArchiveUnavailableError
        Nothing was stored; the sender should try again later.
    """
    try:
        return _take_in(spooled, origin)
    except IdentityError as error:
        return Outcome(OutcomeKind.REFUSED, error.reason, str(error), *error.uids)
    except Part10Error as error:
        return Outcome(OutcomeKind.REFUSED, error.reason, str(error))
    except OSError as error:
        raise from_os_error(error) from error
    finally:
        spooled.discard()


def _take_in(spooled: SpooledFile, origin: Origin) -> Outcome:
    with spooled.path.open("rb") as stream:
        candidate = read_candidate(stream, spooled, origin)
        if duplicate := _duplicate(candidate):
            return duplicate
        os.fsync(stream.fileno())
    return _committer.submit(candidate)


def _duplicate(candidate: Candidate) -> Outcome | None:
    """Return the answer for bytes that are stored already."""
    try:
        known = existing_instance(candidate)
    except Error as error:
        raise from_database_error(error) from error
    if known is None or known[1] != candidate.spooled.sha256:
        return None
    return candidate.outcome(OutcomeKind.DUPLICATE, instance_id=known[0])
