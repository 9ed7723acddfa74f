"""Bringing objects into the store and the index, many callers sharing one COMMIT.

Whoever comes while a group is being committed waits and goes with the next one; the first of the
waiting leads it on its own database connection. Nobody waits for company: a single caller is a
group of one. The order is that of house.md: the file is on the disk, it is linked into place, its
name is on the disk, the transaction commits, and only then does anybody hear of success.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import (
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)

from archive import storage
from archive.candidate import Candidate
from archive.errors import ArchiveError, ArchiveUnavailableError, from_database_error, from_os_error
from archive.fast_path import CollisionError
from archive.filing import Filed, Filing
from archive.outcome import Outcome

logger = logging.getLogger(__name__)

_MAX_GROUP = 32
_ATTEMPTS = 3
# PostgreSQL: serialization_failure, deadlock_detected. The victim may simply try again.
_VICTIM_SQLSTATES = frozenset({"40001", "40P01"})


@dataclass(slots=True, eq=False)
class _Ticket:
    candidate: Candidate
    storage_key: str = ""
    outcome: Outcome | None = None
    error: BaseException | None = None

    @property
    def is_settled(self) -> bool:
        return self.outcome is not None or self.error is not None


class _CommitDoubtError(Exception):
    """COMMIT itself failed: nobody can say whether the rows are there."""


class GroupCommitter:
    """Commits objects in groups, one group at a time in this process."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._is_led = False
        self._filing = Filing()

    def submit(self, candidate: Candidate) -> Outcome:
        """Store an object whose file is synced; return when that is settled for good.

        Raises
        ------
        ArchiveError
            When nothing was stored.
        """
        ticket = _Ticket(candidate)
        with self._turn:
            self._waiting.append(ticket)
        while not ticket.is_settled:
            self._wait_or_lead(ticket)
        if ticket.error is not None:
            raise ticket.error
        assert ticket.outcome is not None  # noqa: S101 - for the type checker
        return ticket.outcome

    def _wait_or_lead(self, ticket: _Ticket) -> None:
        with self._turn:
            while self._is_led and not ticket.is_settled:
                self._turn.wait()
            if ticket.is_settled:
                return
            self._is_led = True
            group, self._waiting = self._waiting[:_MAX_GROUP], self._waiting[_MAX_GROUP:]
        try:
            self._bring_in(group)
        finally:
            with self._turn:
                self._is_led = False
                _fail_unsettled(group, ArchiveUnavailableError("the archive was interrupted"))
                self._turn.notify_all()

    def _bring_in(self, group: list[_Ticket]) -> None:
        linked = [ticket for ticket in group if _link(ticket)]
        if not linked:
            return
        try:
            storage.fsync_directories(ticket.storage_key for ticket in linked)
        except OSError as error:
            _give_up(linked, from_os_error(error))
            return
        self._settle(linked, _ATTEMPTS)

    def _settle(self, tickets: list[_Ticket], attempts: int) -> None:
        """File the objects in one transaction; when that fails, find out whose fault it is."""
        items = [(ticket.candidate, ticket.storage_key) for ticket in tickets]
        try:
            answers = self._transact(tickets)
        except _CommitDoubtError as doubt:
            # The rows may be there: their files stay, and archive.reconcile looks after them.
            self._filing.forget(items)
            _fail_unsettled(tickets, from_database_error(OperationalError(str(doubt))))
        except (CollisionError, Error) as error:
            self._filing.forget(items)
            connection.close_if_unusable_or_obsolete()
            if attempts > 1 and _is_worth_retrying(error):
                for ticket in tickets:
                    self._settle([ticket], attempts - 1)
            else:
                logger.error("archive: %s objects not filed: %s", len(tickets), error)
                _give_up(tickets, _archive_error(error))
        except BaseException:
            self._filing.forget(items)
            _give_up(tickets, ArchiveUnavailableError("the archive was interrupted"))
            raise
        else:
            for ticket, answer in zip(tickets, answers, strict=True):
                _conclude(ticket, answer)

    def _transact(self, tickets: Sequence[_Ticket]) -> list[Filed]:
        items = [(ticket.candidate, ticket.storage_key) for ticket in tickets]
        is_at_commit = False
        try:
            with transaction.atomic(durable=True):
                answers = self._filing.file(items)
                is_at_commit = True
        except (OperationalError, InterfaceError) as error:
            if is_at_commit:
                connection.close_if_unusable_or_obsolete()
                raise _CommitDoubtError(str(error)) from error
            raise
        return answers


def _link(ticket: _Ticket) -> bool:
    """Give the spooled file its place; False when that failed."""
    try:
        ticket.storage_key = storage.new_key()
        storage.link(ticket.candidate.spooled.path, ticket.storage_key)
    except OSError as error:
        ticket.error = from_os_error(error)
        return False
    return True


def _conclude(ticket: _Ticket, answer: Filed) -> None:
    if not answer.keeps_file:
        _remove(ticket)
    ticket.outcome = answer.outcome


def _give_up(tickets: Sequence[_Ticket], error: ArchiveError) -> None:
    """Remove files of which surely no row was committed, and tell their senders."""
    for ticket in tickets:
        if not ticket.is_settled:
            _remove(ticket)
            ticket.error = error


def _remove(ticket: _Ticket) -> None:
    try:
        storage.unlink(ticket.storage_key)
    except OSError:
        # It costs room and nothing else; archive.reconcile reports it.
        logger.exception("archive: an unused file could not be removed: %s", ticket.storage_key)


def _fail_unsettled(tickets: Sequence[_Ticket], error: ArchiveError) -> None:
    for ticket in tickets:
        if not ticket.is_settled:
            ticket.error = error


def _is_worth_retrying(error: Exception) -> bool:
    """Say whether the objects, each alone, may fare better than the group did."""
    if isinstance(error, (CollisionError, IntegrityError, DataError)):
        return True
    if getattr(error.__cause__, "sqlstate", None) in _VICTIM_SQLSTATES:
        return True
    # A connection that the server has dropped meanwhile; the next one may do.
    return isinstance(error, (InterfaceError, OperationalError)) and connection.connection is None


def _archive_error(error: Exception) -> ArchiveError:
    if isinstance(error, Error):
        return from_database_error(error)
    return ArchiveUnavailableError("the object was being stored by somebody else")
