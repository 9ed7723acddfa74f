"""Who acts: a person, a DICOM peer, or the system itself."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """The active participant of an event, by value (PS3.15 A.5.1, ActiveParticipant).

    Parameters
    ----------
    user_id : int or None
        Key of the user; None for peers and for the system.
    user_name : str
        User name, or the AE title of a peer.
    role : str
        The user's role at the time.
    facility_id : int or None
        The facility the actor belongs to.
    address : str
        Network address.
    """

    user_id: int | None = None
    user_name: str = ""
    role: str = ""
    facility_id: int | None = None
    address: str = ""

    @classmethod
    def of_user(cls, user: Any, address: str = "") -> "Actor":
        """Return the actor for a signed-in user (or for an anonymous one)."""
        if not getattr(user, "is_authenticated", False):
            return cls(address=address)
        return cls(
            user_id=user.pk,
            user_name=user.get_username(),
            role=str(getattr(user, "role", "")),
            facility_id=getattr(user, "facility_id", None),
            address=address,
        )

    @classmethod
    def of_peer(cls, ae_title: str, facility_id: int | None, address: str = "") -> "Actor":
        """Return the actor for a DICOM application entity."""
        return cls(user_name=ae_title, role="AE", facility_id=facility_id, address=address)


SYSTEM = Actor(user_name="system", role="SYSTEM")
