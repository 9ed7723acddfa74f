"""What C-MOVE and C-GET have in common: selecting, counting, answering, recording.

References: PS3.4 C.4.2 and C.4.3; PS3.7 9.1.3, 9.1.4 (counts of sub-operations).
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import Error as DatabaseError
from django.db.models import QuerySet

from archive.errors import ArchiveError
from archive.models import Instance, Study
from archive.query import Level
from archive.selectors import instances_visible_to
from audit.actors import Actor
from audit.services import record_instances_sent
from dicomkit.errors import DicomkitError
from dimse.answer import failed_instances
from dimse.identifier import IdentifierError, read_identifier, require_retrieve_keys
from dimse.session import Session
from dimse.status import Retrieve, is_success_or_warning
from dimse.suboperations import StoreUser, Wanted
from dimse.transcode import TranscodeError
from dimse.upper_layer.association import Message
from dimse.upper_layer.command import CommandValue, Tag, response

logger = logging.getLogger(__name__)

_CHUNK: Final = 200  # instances read from the index at a time
_MAX_COUNT: Final = 0xFFFF  # the counts are US elements
_MAX_UIDS: Final = 1000
_FIELDS: Final = {
    Level.PATIENT: "study__patient__patient_id",
    Level.STUDY: "study__study_instance_uid",
    Level.SERIES: "series__series_instance_uid",
    Level.IMAGE: "sop_instance_uid",
}
_ORDER: Final = ("study_id", "series_id", "instance_number", "pk")


class CancelledError(Exception):
    """The peer cancelled the operation."""


class Retrieval:
    """A C-MOVE or C-GET: selects instances, sends them one by one, keeps count."""

    def __init__(self, session: Session, message: Message) -> None:
        self.session = session
        self.message = message
        self._wanted: list[Wanted] = []
        self._done: set[int] = set()
        self._failed: list[Wanted] = []
        self._completed = self._warnings = 0
        self._comment = ""
        self._sent_of_study: Counter[int] = Counter()

    @property
    def target(self) -> str:
        """AE title of who receives."""
        return self.session.peer.ae_title

    def send_all(self, wanted: Sequence[Wanted]) -> None:
        """Send all that is wanted, by way of `send_each`."""
        raise NotImplementedError

    def is_cancelled(self) -> bool:
        """Say whether the peer has cancelled."""
        return self.session.association.cancelled(self.message.command.message_id)

    def run(self) -> None:
        """Do all of it: identifier, sub-operations, final response, record."""
        try:
            self._wanted = self._select()
        except IdentifierError as error:
            extra: dict[Tag, CommandValue] = {Tag.ERROR_COMMENT: error.comment}
            if error.offending:
                extra[Tag.OFFENDING_ELEMENT] = error.offending
            self._answer(error.status, extra)
            return
        try:
            self._finish(self._send_wanted())
        finally:
            self._record()

    def send_each(self, user: StoreUser, wanted: Sequence[Wanted]) -> None:
        """Send instances, each followed by a pending response.

        Raises
        ------
        CancelledError
            The peer wants no more.
        UpperLayerError
            An association is at its end.
        """
        for item, instance in self._with_instances(wanted):
            if instance is None:
                self._fail(item, "deleted meanwhile")
            else:
                self.send_one(user, item, instance)
            self._tell_progress()

    def send_one(self, user: StoreUser, item: Wanted, instance: Instance) -> None:
        """Send one instance and count how it went."""
        try:
            status = user.send(instance)
        except (TranscodeError, ArchiveError, DicomkitError) as error:
            self._fail(item, str(error))
            return
        if not is_success_or_warning(status):
            self._fail(item, f"the receiver answered {status:04X}")
            return
        self._done.add(item.pk)
        self._sent_of_study[item.study_pk] += 1
        self.session.tally["sent"] += 1
        if status == Retrieve.SUCCESS:
            self._completed += 1
        else:
            self._warnings += 1

    def fail_rest(self, wanted: Sequence[Wanted], why: str) -> None:
        """Count as failed what of `wanted` has not been tried yet."""
        for item in wanted:
            if item.pk not in self._done:
                self._fail(item, why)

    def _select(self) -> list[Wanted]:
        identifier = read_identifier(self.session.association, self.message)
        rows: QuerySet[Any] = instances_visible_to(self.session.peer)
        for level, values in require_retrieve_keys(identifier).items():
            if len(values) > _MAX_UIDS:
                raise IdentifierError(f"more than {_MAX_UIDS} UIDs in one request")
            rows = rows.filter(**{f"{_FIELDS[level]}__in": values})
        columns = rows.order_by(*_ORDER).values_list(
            "pk", "sop_class_uid", "sop_instance_uid", "transfer_syntax_uid", "study_id"
        )
        return [Wanted(*row) for row in columns]

    def _send_wanted(self) -> int:
        try:
            self.send_all(self._wanted)
        except CancelledError:
            return Retrieve.CANCEL
        if not self._failed:
            return Retrieve.SUCCESS
        if self._completed or self._warnings:
            return Retrieve.SUB_OPERATIONS_WITH_FAILURES
        return Retrieve.OUT_OF_RESOURCES_SUB_OPERATIONS

    def _with_instances(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Instance | None]]:
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            visible = instances_visible_to(self.session.peer).defer("frame_index")
            found = visible.in_bulk([item.pk for item in part])
            for item in part:
                yield item, found.get(item.pk)

    def _fail(self, item: Wanted, why: str) -> None:
        self._done.add(item.pk)
        self._failed.append(item)
        self._comment = self._comment or why
        self.session.tally["not sent"] += 1
        logger.warning("%s was not sent to %s: %s", item.sop_instance_uid, self.target, why)

    def _tell_progress(self) -> None:
        if self.is_cancelled():
            raise CancelledError
        if self._remaining:
            remaining = {Tag.REMAINING: min(self._remaining, _MAX_COUNT)}
            self._answer(Retrieve.PENDING, self._counts() | remaining)

    def _finish(self, status: int) -> None:
        extra = self._counts()
        if status == Retrieve.CANCEL:
            extra[Tag.REMAINING] = min(self._remaining, _MAX_COUNT)
        if not self._failed:
            self._answer(status, extra)
            return
        extra[Tag.ERROR_COMMENT] = self._comment
        uids = [item.sop_instance_uid for item in self._failed]
        data = failed_instances(uids, self.message.context.transfer_syntax)
        self._answer(status, extra, data)

    @property
    def _remaining(self) -> int:
        return len(self._wanted) - len(self._done)

    def _counts(self) -> dict[Tag, CommandValue]:
        return {
            Tag.COMPLETED: min(self._completed, _MAX_COUNT),
            Tag.FAILED: min(len(self._failed), _MAX_COUNT),
            Tag.WARNING: min(self._warnings, _MAX_COUNT),
        }

    def _answer(
        self, status: int, extra: dict[Tag, CommandValue], data: bytes | None = None
    ) -> None:
        command = response(self.message.command, status, extra, data_set=data is not None)
        self.session.association.send(self.message.context, command, data)

    def _record(self) -> None:
        """Record what was sent, by study."""
        peer = self.session.peer
        actor = Actor.of_peer(peer.ae_title, peer.facility_id, self.session.address)
        failed = Counter(item.study_pk for item in self._failed)
        try:
            for pk, study in Study.objects.in_bulk({*self._sent_of_study, *failed}).items():
                record_instances_sent(
                    actor=actor,
                    study_instance_uid=study.study_instance_uid,
                    destination=self.target,
                    count=self._sent_of_study[pk],
                    failed=failed[pk],
                    facility_id=study.facility_id,
                    patient_id=study.dicom_patient_id,
                )
        except DatabaseError:
            logger.exception("a retrieval could not be audited")
