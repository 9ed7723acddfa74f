"""What a service knows while it answers: the association and who is at its other end."""

from collections import Counter
from dataclasses import dataclass, field

from dimse.models import Peer
from dimse.upper_layer.association import Association


@dataclass(frozen=True, slots=True)
class Session:
    """An association with an identified peer.

    Parameters
    ----------
    association : Association
        The association.
    peer : Peer
        The peer, and with it the facility and the rights.
    address : str
        IP address of the peer.
    tally : Counter
        How many of what were done, for the log.
    """

    association: Association
    peer: Peer
    address: str
    tally: Counter[str] = field(default_factory=Counter)
