"""The service class provider: from a connection to the services, and back with an answer."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

from dimse.find import find
from dimse.get import get
from dimse.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from dimse.models import Peer
from dimse.move import move
from dimse.negotiation import negotiate
from dimse.refusals import Refusals
from dimse.selectors import Refusal, identify
from dimse.services import note_seen
from dimse.session import Session
from dimse.sop_classes import FIND, GET, MOVE, VERIFICATION, is_storage
from dimse.status import General, Storage
from dimse.store import store
from dimse.upper_layer.acceptor import abort, accept, formal_rejection, read_request, reject
from dimse.upper_layer.association import Message
from dimse.upper_layer.command import RESPONSE, CommandField, response
from dimse.upper_layer.connection import Connection
from dimse.upper_layer.errors import (
    AbortReason,
    AbortSource,
    ConnectionLostError,
    ProtocolError,
    ReleasedError,
    UpperLayerError,
)
from dimse.upper_layer.pdu import (
    REJECTED_CALLED_AE_TITLE,
    REJECTED_CALLING_AE_TITLE,
    REJECTED_TEMPORARY_CONGESTION,
    AssociateRequest,
    Rejection,
)

logger = logging.getLogger(__name__)

Handler = Callable[[Session, Message], None]

_refusals = Refusals()


def echo(session: Session, message: Message) -> None:
    """Answer a C-ECHO (PS3.7 9.3.5)."""
    session.tally["echoes"] += 1
    session.association.send(message.context, response(message.command, General.SUCCESS))


def _ignore(session: Session, message: Message) -> None:
    """Ignore a C-CANCEL that comes after the end of what it meant (PS3.7 9.3.2.3)."""


@dataclass(frozen=True, slots=True)
class _Service:
    """A handler and the abstract syntaxes on which its command may come."""

    handler: Handler
    serves: Callable[[str], bool]


_SERVICES: Final[dict[int, _Service]] = {
    CommandField.C_ECHO: _Service(echo, lambda uid: uid == VERIFICATION),
    CommandField.C_STORE: _Service(store, is_storage),
    CommandField.C_FIND: _Service(find, FIND.__contains__),
    CommandField.C_MOVE: _Service(move, MOVE.__contains__),
    CommandField.C_GET: _Service(get, GET.__contains__),
    CommandField.C_CANCEL: _Service(_ignore, lambda _uid: True),
}


def serve(connection: Connection, address: str) -> None:
    """Serve one connection to its end; errors of the protocol end here.

    Parameters
    ----------
    connection : Connection
        A new connection.
    address : str
        IP address of the peer.
    """
    close_old_connections()
    try:
        _serve(connection, address)
    except ProtocolError as error:
        logger.warning("connection from %s aborted: %s", address, error)
        abort(connection, error.reason)
    except UpperLayerError as error:
        logger.info("connection from %s ended: %s", address, error)
        abort(connection, AbortReason.NOT_SPECIFIED)
    finally:
        connections.close_all()


def _serve(connection: Connection, address: str) -> None:
    request, body = read_request(connection)
    rejection = formal_rejection(request)
    if rejection is not None:
        reject(connection, rejection)
        return
    try:
        peer = identify(request.calling_ae_title, request.called_ae_title, address)
    except DatabaseError:
        logger.exception("cannot identify a caller: the database failed")
        reject(connection, REJECTED_TEMPORARY_CONGESTION)
        return
    if isinstance(peer, Refusal):
        reject(connection, _rejection(peer))
        _report(request, address, peer)
        return
    negotiated = negotiate(peer, request.contexts, request.user.roles)
    association = accept(
        connection,
        body,
        request.user.max_pdu_length,
        negotiated.answers,
        negotiated.contexts,
        (IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION, negotiated.roles),
    )
    _note_seen(peer)
    _converse(Session(association, peer, address))


def _note_seen(peer: Peer) -> None:
    try:
        note_seen(peer)
    except DatabaseError:
        logger.exception("the time of a call could not be noted")


def _rejection(refusal: Refusal) -> Rejection:
    if refusal is Refusal.CALLED_AE_TITLE:
        return REJECTED_CALLED_AE_TITLE
    return REJECTED_CALLING_AE_TITLE  # the same for unknown and misplaced ones: no hint


def _report(request: AssociateRequest, address: str, refusal: Refusal) -> None:
    try:
        _refusals.report(request.calling_ae_title, request.called_ae_title, address, refusal.value)
    except DatabaseError:
        logger.exception("a refused association could not be audited")


def _converse(session: Session) -> None:
    """Handle messages until the association ends, and log what was done on it."""
    begun = monotonic()
    try:
        while True:
            message = session.association.receive(session.association.timeouts.idle_s)
            _handle(session, message)
    except ReleasedError:
        how = "released"
        session.association.close()
    except ConnectionLostError as error:
        how = str(error)
    except ProtocolError as error:
        how = f"aborted: {error}"
        session.association.abort(AbortSource.SERVICE_PROVIDER, error.reason)
    except UpperLayerError as error:
        how = f"aborted: {error}"
        session.association.abort(AbortSource.SERVICE_USER)
    done = ", ".join(f"{count} {what}" for what, count in session.tally.items()) or "nothing done"
    logger.info(
        "%s (%s): %s; %s after %.1f s",
        session.peer.ae_title,
        session.address,
        done,
        how,
        monotonic() - begun,
    )


def _handle(session: Session, message: Message) -> None:
    field = message.command.field
    if field & RESPONSE:
        raise ProtocolError("a response to nothing", AbortReason.UNEXPECTED_PDU)
    service = _SERVICES.get(field)
    if service is None:
        _refuse(session, message, General.UNRECOGNIZED_OPERATION)
    elif not service.serves(message.context.abstract_syntax):
        _refuse(session, message, General.SOP_CLASS_NOT_SUPPORTED)
    else:
        _run(service.handler, session, message)


def _run(handler: Handler, session: Session, message: Message) -> None:
    """Call a handler; whatever it could not foresee becomes a failure status."""
    try:
        handler(session, message)
    except UpperLayerError:
        raise
    except DatabaseError:
        logger.exception("the database failed")
        _refuse(session, message, Storage.OUT_OF_RESOURCES)
        connections.close_all()
    except Exception:
        logger.exception("a %s failed", CommandField(message.command.field).name)
        _refuse(session, message, General.PROCESSING_FAILURE)


def _refuse(session: Session, message: Message, status: int) -> None:
    session.association.discard_data()
    session.association.send(message.context, response(message.command, status))


def let_go() -> None:
    """Give the database connection of this thread back while its peer is silent."""
    connections.close_all()
