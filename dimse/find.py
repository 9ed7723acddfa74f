"""C-FIND in Patient Root and Study Root (PS3.4 C.4.1)."""

import logging
from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from pydicom.datadict import tag_for_keyword

from archive.attributes import PATIENT_COUNTS, attributes_at
from archive.query import Level, Query, QueryError, Value
from archive.query import find as matches_of
from audit.actors import Actor
from audit.services import record_query
from dimse.answer import AnswerEncoder
from dimse.identifier import Identifier, IdentifierError, Key, read_identifier
from dimse.session import Session
from dimse.status import Find
from dimse.upper_layer.association import Message
from dimse.upper_layer.command import CommandValue, Tag, response

logger = logging.getLogger(__name__)

MAX_MATCHES: Final = 10_000
_FLUSH_BYTES: Final = 64 * 1024
_CANCEL_EVERY: Final = 100  # matches between two looks for a C-CANCEL
# Present in a request without being asked for (PS3.4 C.4.1.1.3.1), or answered from here.
_NOT_KEYS: Final = frozenset(
    {"QueryRetrieveLevel", "QueryRetrieveView", "SpecificCharacterSet"}
    | {"TimezoneOffsetFromUTC", "RetrieveAETitle", "InstanceAvailability"}
)
_UNIQUE_KEYWORDS: Final = {
    Level.PATIENT: "PatientID",
    Level.STUDY: "StudyInstanceUID",
    Level.SERIES: "SeriesInstanceUID",
    Level.IMAGE: "SOPInstanceUID",
}


def find(session: Session, message: Message) -> None:
    """Answer a C-FIND request: a pending response for each match, then a final one."""
    session.tally["queries"] += 1
    try:
        identifier = read_identifier(session.association, message)
        _Search(session, message, identifier).run()
    except IdentifierError as error:
        extra: dict[Tag, CommandValue] = {Tag.ERROR_COMMENT: error.comment}
        if error.offending:
            extra[Tag.OFFENDING_ELEMENT] = error.offending
        session.association.send(message.context, response(message.command, error.status, extra))


class _Search:
    """One C-FIND operation."""

    def __init__(self, session: Session, message: Message, identifier: Identifier) -> None:
        self._session = session
        self._message = message
        self._identifier = identifier
        known = attributes_at(identifier.level)
        counts = PATIENT_COUNTS if identifier.level is Level.PATIENT else {}
        asked = [key for key in identifier.keys.values() if key.keyword not in _NOT_KEYS]
        self._keys = [key for key in asked if key.keyword in known or key.keyword in counts]
        self._is_partial = len(self._keys) < len(asked)
        self._sent = 0

    def run(self) -> None:
        """Send every match and the final response, then record the query."""
        query = self._query()
        try:
            self._answer(query)
        except QueryError as error:
            raise IdentifierError(str(error), status=Find.UNABLE_TO_PROCESS) from error
        finally:
            self._record(query)

    def _answer(self, query: Query) -> None:
        status = self._send_matches(matches_of(self._session.peer, query))
        extra: dict[Tag, CommandValue] = {}
        if status == Find.OUT_OF_RESOURCES:
            extra[Tag.ERROR_COMMENT] = f"more than {MAX_MATCHES} matches: narrow the query"
        final = response(self._message.command, status, extra)
        self._session.association.send(self._message.context, final)

    def _query(self) -> Query:
        return Query(
            level=self._identifier.level,
            filters=self._filters(),
            return_keywords=[key.keyword for key in self._returned()],
            limit=MAX_MATCHES + 1,
        )

    def _filters(self) -> dict[str, str]:
        filters: dict[str, str] = {}
        for key in self._keys:
            if key.is_sequence:
                filters |= {f"{key.keyword}.{item.keyword}": item.value for item in key.items}
            elif key.value:
                filters[key.keyword] = key.value
        return filters

    def _returned(self) -> list[Key]:
        """Return the keys to answer: those asked for, and the unique ones down to the level."""
        unique = {
            keyword: Key(int(tag_for_keyword(keyword) or 0), keyword)
            for level, keyword in _UNIQUE_KEYWORDS.items()
            if level in self._identifier.unique_keys()
        }
        return list((unique | {key.keyword: key for key in self._keys}).values())

    def _encoder(self) -> AnswerEncoder:
        constants = {
            "QueryRetrieveLevel": self._identifier.level.name,
            "RetrieveAETitle": settings.DICOM_AE_TITLE,
            "InstanceAvailability": "ONLINE",
        }
        syntax = self._message.context.transfer_syntax
        return AnswerEncoder(self._returned(), constants, syntax, self._identifier.character_sets)

    def _send_matches(self, found: Iterator[dict[str, Value]]) -> int:
        """Send the matches as pending responses, several in one write; return the final status."""
        association, context = self._session.association, self._message.context
        pending = response(self._message.command, self._pending_status(), data_set=True)
        encoder, out = self._encoder(), bytearray()
        for match in islice(found, MAX_MATCHES):
            out += association.encode(context, pending, encoder.encode(match))
            self._sent += 1
            if len(out) >= _FLUSH_BYTES:
                association.send_encoded(out)
                out = bytearray()
            if self._sent % _CANCEL_EVERY == 0 and self._is_cancelled():
                association.send_encoded(out)
                return Find.CANCEL
        association.send_encoded(out)
        if self._is_cancelled():
            return Find.CANCEL
        return Find.SUCCESS if next(found, None) is None else Find.OUT_OF_RESOURCES

    def _pending_status(self) -> int:
        return Find.PENDING_OPTIONAL_KEYS_UNSUPPORTED if self._is_partial else Find.PENDING

    def _is_cancelled(self) -> bool:
        return self._session.association.cancelled(self._message.command.message_id)

    def _record(self, query: Query) -> None:
        """Record the query after it was answered: nobody waits for the log's disk."""
        session = self._session
        try:
            record_query(
                actor=Actor.of_peer(
                    session.peer.ae_title, session.peer.facility_id, session.address
                ),
                means="c-find",
                level=query.level.name,
                filters=query.filters,
                matches=self._sent,
            )
        except DatabaseError:
            logger.exception("a query could not be audited")
