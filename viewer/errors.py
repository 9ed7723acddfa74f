"""What may go wrong while annotations are written; the door translates these."""

from typing import Any, ClassVar


class AnnotationError(Exception):
    """Base of the errors: `code` is for programs, the text for people, `members` go beside."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.members = members


class UnknownAnnotationError(AnnotationError):
    """There is none of this name, or no such image, as far as the user can see."""


class StaleAnnotationError(AnnotationError):
    """It was changed since the state that this was made from; members: annotation."""

    code = "stale-annotation"


class NotTheAuthorError(AnnotationError):
    """It is another's."""

    code = "not-the-author"


class WrongImageError(AnnotationError):
    """What it says of its image is not so."""

    code = "image"


class TooManyAnnotationsError(AnnotationError):
    """The study has as many as it may have."""

    code = "too-many-annotations"


class NothingToWriteError(AnnotationError):
    """There is nothing that stands."""

    code = "nothing-to-write"


class NotArchivedError(AnnotationError):
    """The archive did not take the object."""

    code = "not-archived"
