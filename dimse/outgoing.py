"""Calling a registered peer: the association that we ask for."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings

from dimse.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from dimse.models import Peer
from dimse.upper_layer.association import Association, Context
from dimse.upper_layer.command import (
    RESPONSE,
    CommandField,
    CommandSet,
    Tag,
    request,
)
from dimse.upper_layer.connection import MAX_PDU_LENGTH, Timeouts
from dimse.upper_layer.errors import AbortReason, ConnectionLostError, ProtocolError
from dimse.upper_layer.pdu import AssociateRequest, ProposedContext, UserInformation
from dimse.upper_layer.requestor import open_association

_TIMEOUTS: Final = Timeouts(associate_s=30.0, response_s=120.0)


def call(peer: Peer, contexts: Sequence[ProposedContext]) -> Association:
    """Open an association with `peer`.

    Parameters
    ----------
    peer : Peer
        A peer with one host and a port.
    contexts : sequence of ProposedContext
        At most 128.

    Raises
    ------
    UpperLayerError
        It cannot be reached, or rejects us.
    """
    if not peer.has_single_host or peer.port is None:
        raise ConnectionLostError("the peer has no host and port to connect to")
    user = UserInformation(MAX_PDU_LENGTH, IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION)
    asked = AssociateRequest(peer.ae_title, settings.DICOM_AE_TITLE, tuple(contexts), user)
    return open_association(peer.host, peer.port, asked, _TIMEOUTS)


def echo(association: Association, context: Context) -> int:
    """Send a C-ECHO and return the status (PS3.7 9.3.5)."""
    uid = {Tag.AFFECTED_SOP_CLASS_UID: context.abstract_syntax}
    association.send(context, request(CommandField.C_ECHO, 1, uid, data_set=False))
    return response_to(association, CommandField.C_ECHO, 1).number(Tag.STATUS)


def response_to(association: Association, field: CommandField, message_id: int) -> CommandSet:
    """Wait for the response to a request of ours.

    Raises
    ------
    ProtocolError
        Something else came.
    UpperLayerError
        Nothing came in time, or the association ended.
    """
    answer = association.receive(association.timeouts.response_s).command
    answered = answer.optional_number(Tag.MESSAGE_ID_BEING_RESPONDED_TO, -1)
    if answer.field != field | RESPONSE or answered != message_id:
        raise ProtocolError("a response to nothing", AbortReason.UNEXPECTED_PDU)
    association.discard_data()
    return answer
