"""The acceptor's half of association establishment (PS3.8 7.1, states Sta2 and Sta3)."""

from collections.abc import Sequence

from dimse.upper_layer.association import MIN_PEER_LENGTH, Association, Context
from dimse.upper_layer.connection import MAX_PDU_LENGTH, Connection
from dimse.upper_layer.errors import (
    AbortReason,
    AbortSource,
    ConnectionLostError,
    ProtocolError,
    UpperLayerError,
)
from dimse.upper_layer.pdu import (
    APPLICATION_CONTEXT,
    REJECTED_APPLICATION_CONTEXT,
    REJECTED_PROTOCOL_VERSION,
    AnsweredContext,
    AssociateAccept,
    AssociateRequest,
    PduType,
    Rejection,
    Roles,
    UserInformation,
    decode_associate_request,
    encode_abort,
    encode_associate_accept,
    encode_reject,
)


def read_request(connection: Connection) -> tuple[AssociateRequest, bytes]:
    """Wait for the A-ASSOCIATE-RQ and return it decoded, and its body as it came.

    Raises
    ------
    ProtocolError
        Another PDU came first, or a malformed one.
    UpperLayerError
        Nothing came in time, or the peer went.
    """
    kind, body = connection.read_pdu(connection.timeouts.associate_s)
    if kind == PduType.ABORT:
        raise ConnectionLostError("aborted by the peer")
    if kind != PduType.ASSOCIATE_RQ:
        raise ProtocolError(f"{PduType(kind).name} first", AbortReason.UNEXPECTED_PDU)
    raw = bytes(body)
    request = decode_associate_request(raw)
    if 0 < request.user.max_pdu_length < MIN_PEER_LENGTH:
        raise ProtocolError(f"maximum PDU length {request.user.max_pdu_length}")
    return request, raw


def formal_rejection(request: AssociateRequest) -> Rejection | None:
    """Return why the request cannot be met whoever asks; None when it can.

    References: PS3.8 9.3.2 (bit 0 of the protocol version), 7.1.1.2 (application context).
    """
    if not request.protocol_version & 1:
        return REJECTED_PROTOCOL_VERSION
    if request.application_context != APPLICATION_CONTEXT:
        return REJECTED_APPLICATION_CONTEXT
    return None


def reject(connection: Connection, rejection: Rejection) -> None:
    """Send the A-ASSOCIATE-RJ and close."""
    try:
        connection.send(encode_reject(rejection))
    except UpperLayerError:
        pass
    connection.close()


def abort(connection: Connection, reason: AbortReason) -> None:
    """Abort as the service provider, before there is an association, and close."""
    try:
        connection.send(encode_abort(AbortSource.SERVICE_PROVIDER, reason))
    except UpperLayerError:
        pass
    connection.close()


def accept(
    connection: Connection,
    request_body: bytes,
    peer_max_length: int,
    answers: Sequence[AnsweredContext],
    contexts: Sequence[Context],
    ours: tuple[str, str, dict[str, Roles]],
) -> Association:
    """Send the A-ASSOCIATE-AC and return the association.

    Parameters
    ----------
    connection : Connection
        Where the request came from.
    request_body : bytes
        The request as it came.
    peer_max_length : int
        Maximum PDU length that the request announced.
    answers : sequence of AnsweredContext
        One for each proposed context.
    contexts : sequence of Context
        The accepted ones.
    ours : tuple
        Our implementation class UID, implementation version name and the agreed roles.
    """
    user = UserInformation(MAX_PDU_LENGTH, *ours)
    answer = AssociateAccept(tuple(answers), user)
    connection.send(encode_associate_accept(request_body, answer))
    return Association(
        connection, {context.context_id: context for context in contexts}, peer_max_length
    )
