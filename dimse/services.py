"""What is written about peers, and the echo that people ask for."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from audit.actors import Actor
from audit.services import record_administration
from dimse.models import Peer
from dimse.negotiation import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from dimse.outgoing import call, echo
from dimse.sop_classes import VERIFICATION
from dimse.status import General
from dimse.upper_layer.errors import UpperLayerError
from dimse.upper_layer.pdu import ProposedContext

# A write for each association would make every one of them wait for the database's disk.
_SEEN_EVERY: Final = datetime.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class EchoResult:
    """How an echo went, and a sentence about it."""

    succeeded: bool
    message: str


def echo_peer(peer: Peer) -> EchoResult:
    """Send a C-ECHO to `peer` and note the result in its row."""
    result = _echo(peer)
    peer.last_echo_at = timezone.now()
    peer.last_echo_result = result.message[:200]
    peer.save(update_fields=["last_echo_at", "last_echo_result"])
    return result


def note_seen(peer: Peer) -> None:
    """Note that `peer` has called, at most once in five minutes."""
    now = timezone.now()
    if peer.pk is None or (peer.last_seen_at and now - peer.last_seen_at < _SEEN_EVERY):
        return
    Peer.objects.filter(pk=peer.pk).update(last_seen_at=now)


def record_change(actor: Actor, peer: Peer, change: str, fields: Iterable[str] = ()) -> None:
    """Record that somebody created, changed or deleted a peer.

    Parameters
    ----------
    actor : Actor
        Who did it.
    peer : Peer
        The peer.
    change : str
        ``created``, ``changed`` or ``deleted``.
    fields : iterable of str
        Names of the fields that were given.
    """
    record_administration(
        actor=actor,
        subject_kind="peer",
        subject=str(peer),
        change=change,
        fields=sorted(fields),
        facility_id=peer.facility_id,
    )


def _echo(peer: Peer) -> EchoResult:
    context = ProposedContext(1, VERIFICATION, (EXPLICIT_LITTLE, IMPLICIT_LITTLE))
    try:
        association = call(peer, [context])
    except UpperLayerError as error:
        return EchoResult(False, str(error))
    try:
        status = echo(association, association.contexts[1])
    except UpperLayerError as error:
        association.close()
        return EchoResult(False, str(error))
    association.release()
    if status == General.SUCCESS:
        return EchoResult(True, "echoed")
    return EchoResult(False, f"answered with status {status:04X}")
