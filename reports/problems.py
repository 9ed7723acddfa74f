"""The reading room's errors in the words of HTTP."""

from typing import Any, Final

from rest_framework.exceptions import APIException

from reports import errors

_STATUS: Final[dict[type[errors.ReadingRoomError], int]] = {
    errors.BadContentError: 400,
    errors.UnknownTemplateError: 400,
    errors.ReasonMissingError: 400,
    errors.NotAReaderError: 400,
    errors.ReauthenticationError: 403,
    errors.ChecksFailedError: 422,
    errors.TooManyAttemptsError: 429,
}
_CONFLICT: Final = 409


class ProblemError(APIException):
    """An answer that refuses; `members` go into the problem document beside its detail."""

    def __init__(self, error: errors.ReadingRoomError) -> None:
        super().__init__(str(error), error.code)
        self.status_code = _STATUS.get(type(error), _CONFLICT)
        self.members: dict[str, Any] = {"code": error.code, **error.members}
        # REST framework makes the header Retry-After of it.
        self.wait = error.members.get("retry_after")
