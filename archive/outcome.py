"""What the doors say to the archive about an object, and what it answers."""

from dataclasses import dataclass
from enum import Enum

from audit.actors import Actor


class Door(Enum):
    """The way by which an object came in."""

    DIMSE = "dimse"
    STOW = "stow"
    UPLOAD = "upload"
    IMPORT = "import"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who brought an object: the facility comes from here and never from the data set.

    Parameters
    ----------
    door : Door
        The way in.
    facility_id : int
        The facility of the sender (AE title and address) or of the signed-in user.
    actor_id, actor_name : int or None, str
        The user or peer, for the audit log.
    calling_ae : str
        AE title of the sender; empty for doors without one.
    address : str
        Network address of the sender.
    """

    door: Door
    facility_id: int
    actor_id: int | None = None
    actor_name: str = ""
    calling_ae: str = ""
    address: str = ""


def actor_of(origin: Origin) -> Actor:
    """Return who brought an object."""
    return Actor(
        user_id=origin.actor_id,
        user_name=origin.actor_name or origin.calling_ae,
        role="AE" if origin.calling_ae else "",
        facility_id=origin.facility_id,
        address=origin.address,
    )


class OutcomeKind(Enum):
    """What became of an object. STORED and DUPLICATE are successes, QUARANTINED is kept."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The archive's answer for one object.

    ``reason`` is a short machine code and ``message`` a sentence; both are empty for STORED.
    UIDs are empty as far as a refused object states none.
    """

    kind: OutcomeKind
    reason: str = ""
    message: str = ""
    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    instance_id: int | None = None

    @property
    def is_success(self) -> bool:
        """Say whether the archive holds exactly these bytes as an instance."""
        return self.kind in (OutcomeKind.STORED, OutcomeKind.DUPLICATE)
