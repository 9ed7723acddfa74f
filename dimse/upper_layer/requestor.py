"""The requestor's half of association establishment (PS3.8 7.1, states Sta4 and Sta5)."""

import socket

from dimse.upper_layer.association import MIN_PEER_LENGTH, Association, Context
from dimse.upper_layer.connection import Connection, Timeouts
from dimse.upper_layer.errors import (
    AbortReason,
    AbortSource,
    ConnectionLostError,
    ProtocolError,
    RejectedError,
    UpperLayerError,
)
from dimse.upper_layer.pdu import (
    AssociateAccept,
    AssociateRequest,
    ContextResult,
    PduType,
    Rejection,
    decode_associate_accept,
    decode_reject,
    encode_abort,
    encode_associate_request,
)

# PS3.8 table 9-21: what people need to read, by (source, reason).
_REJECTION_TEXTS = {
    (1, 1): "no reason given",
    (1, 2): "application context name not supported",
    (1, 3): "calling AE title not recognized",
    (1, 7): "called AE title not recognized",
    (2, 1): "no reason given",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}


def open_association(
    host: str, port: int, request: AssociateRequest, timeouts: Timeouts
) -> Association:
    """Connect, ask for an association, and return it.

    Raises
    ------
    ConnectionLostError
        No connection could be made, or it was lost.
    RejectedError
        The peer rejected the association, or every presentation context.
    DeadlineError
        The peer did not answer in time.
    ProtocolError
        The peer answered with something else.
    """
    try:
        sock = socket.create_connection((host, port), timeout=timeouts.connect_s)
    except OSError as error:
        raise ConnectionLostError(f"cannot connect to {host}:{port}: {error}") from error
    connection = Connection(sock, timeouts)
    try:
        connection.send(encode_associate_request(request))
        accept = _read_answer(connection)
        return _established(connection, request, accept)
    except ProtocolError as error:
        _abort(connection, error.reason)
        raise
    except BaseException:
        connection.close(linger=False)
        raise


def _read_answer(connection: Connection) -> AssociateAccept:
    kind, body = connection.read_pdu(connection.timeouts.response_s)
    if kind == PduType.ASSOCIATE_AC:
        return decode_associate_accept(bytes(body))
    if kind == PduType.ASSOCIATE_RJ:
        raise RejectedError(f"association rejected: {_rejection_text(decode_reject(bytes(body)))}")
    if kind == PduType.ABORT:
        raise ConnectionLostError("aborted by the peer")
    raise ProtocolError(f"{PduType(kind).name} as an answer", AbortReason.UNEXPECTED_PDU)


def _established(
    connection: Connection, request: AssociateRequest, accept: AssociateAccept
) -> Association:
    if 0 < accept.user.max_pdu_length < MIN_PEER_LENGTH:
        raise ProtocolError(f"maximum PDU length {accept.user.max_pdu_length}")
    proposed = {context.context_id: context for context in request.contexts}
    contexts: dict[int, Context] = {}
    for answer in accept.contexts:
        context = proposed.get(answer.context_id)
        if context is None or answer.result != ContextResult.ACCEPTANCE:
            continue
        if answer.transfer_syntax not in context.transfer_syntaxes:
            raise ProtocolError("a transfer syntax was accepted that was not proposed")
        contexts[answer.context_id] = Context(
            answer.context_id,
            context.abstract_syntax,
            answer.transfer_syntax,
            peer_scu=False,
            peer_scp=True,
        )
    association = Association(connection, contexts, accept.user.max_pdu_length)
    if not contexts:
        association.release()
        raise RejectedError("the peer accepts none of the presentation contexts")
    return association


def _abort(connection: Connection, reason: AbortReason) -> None:
    try:
        connection.send(encode_abort(AbortSource.SERVICE_PROVIDER, reason))
    except UpperLayerError:
        pass
    connection.close()


def _rejection_text(rejection: Rejection) -> str:
    text = _REJECTION_TEXTS.get((rejection.source, rejection.reason), "unknown reason")
    return text if rejection.result == 1 else f"{text} (try again later)"
