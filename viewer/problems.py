"""The errors of annotations in the words of HTTP."""

from typing import Any, Final

from rest_framework.exceptions import APIException

from viewer import errors

_STATUS: Final[dict[type[errors.AnnotationError], int]] = {
    errors.UnknownAnnotationError: 404,
    errors.NotTheAuthorError: 403,
    errors.WrongImageError: 400,
}
_CONFLICT: Final = 409


class ProblemError(APIException):
    """An answer that refuses; `members` go into the problem document beside its detail."""

    def __init__(self, error: errors.AnnotationError) -> None:
        super().__init__(str(error), error.code)
        self.status_code = _STATUS.get(type(error), _CONFLICT)
        self.members: dict[str, Any] = {"code": error.code, **error.members}
