"""How an association ends before its time, and who ended it."""

from enum import IntEnum


class AbortSource(IntEnum):
    """Who aborts (PS3.8 9.3.8, table 9-26)."""

    SERVICE_USER = 0
    SERVICE_PROVIDER = 2


class AbortReason(IntEnum):
    """Why the provider aborts (PS3.8 9.3.8, table 9-26)."""

    NOT_SPECIFIED = 0
    UNRECOGNIZED_PDU = 1
    UNEXPECTED_PDU = 2
    UNRECOGNIZED_PARAMETER = 4
    UNEXPECTED_PARAMETER = 5
    INVALID_PARAMETER = 6


class UpperLayerError(Exception):
    """Base: the association cannot go on."""


class ProtocolError(UpperLayerError):
    """The peer broke PS3.7 or PS3.8: it is sent an A-ABORT with `reason`."""

    def __init__(self, message: str, reason: AbortReason = AbortReason.INVALID_PARAMETER) -> None:
        super().__init__(message)
        self.reason = reason


class DeadlineError(UpperLayerError):
    """The peer was silent, or too slow, for longer than is allowed."""


class StoppingError(UpperLayerError):
    """The service is shutting down and the association is idle."""


class ConnectionLostError(UpperLayerError):
    """The peer aborted, or the transport connection is gone."""


class ReleasedError(UpperLayerError):
    """The peer asked for an orderly release."""


class RejectedError(UpperLayerError):
    """The peer rejected the association that we asked for."""


class GivenUpError(UpperLayerError):
    """Something failed on our side amid a message, which therefore cannot be completed."""
