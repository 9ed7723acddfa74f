"""What may go wrong while reports are written and given out; doors translate these."""

from typing import Any, ClassVar


class ReadingRoomError(Exception):
    """Base of the reading room's own errors.

    `code` is what programs go by, the text is for people, `members` is what else a door says.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.members = members


class LeaseHeldError(ReadingRoomError):
    """Somebody else writes this report now; members: reader, acquired_at."""

    code = "lease-held"


class LeaseLostError(ReadingRoomError):
    """The lease that was shown is not, or no longer, the one that counts; members: reader."""

    code = "lease-lost"


class DraftRefusedError(ReadingRoomError):
    """A save came too late: its text was kept beside; members: side_draft, current."""


class StaleLeaseError(DraftRefusedError):
    """Somebody else has taken the draft over."""

    code = "stale-lease"


class StaleVersionError(DraftRefusedError):
    """The draft was changed since the state that the save was made from."""

    code = "stale-version"


class DraftClosedError(DraftRefusedError):
    """Nothing is being written: the draft was signed, discarded or withdrawn."""

    code = "closed"


class DraftOpenError(ReadingRoomError):
    """A draft of another kind is being written; it must be signed or discarded first."""

    code = "draft-open"


class NotPossibleError(ReadingRoomError):
    """The life cycle has no such step from the report's state."""

    code = "transition"


class BadContentError(ReadingRoomError):
    """What was sent has not the form of a report, or changes what may not be changed."""

    code = "content"


class UnknownTemplateError(ReadingRoomError):
    """There is no such template for this study."""

    code = "template"


class ReasonMissingError(ReadingRoomError):
    """A reason must be given."""

    code = "reason"


class ChecksFailedError(ReadingRoomError):
    """The checks before signing found what blocks it or was not overruled; members: findings."""

    code = "checks"


class ReauthenticationError(ReadingRoomError):
    """The password was not the signer's."""

    code = "reauthentication"


class TooManyAttemptsError(ReadingRoomError):
    """Too many wrong passwords; members: retry_after."""

    code = "too-many-attempts"


class NotAReaderError(ReadingRoomError):
    """The account cannot be given studies to read."""

    code = "reader"
