"""Errors of the kit: a short machine code for programs, a sentence for people."""


class DicomkitError(ValueError):
    """Base of every error raised on purpose by this package.

    Parameters
    ----------
    reason : str
        Short, stable machine code, such as ``truncated``.
    message : str
        What is wrong, for a person.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Part10Error(DicomkitError):
    """The bytes are not a readable DICOM object."""


class PixelError(DicomkitError):
    """A frame can't or must not be decoded."""
