"""Who else has a say when a study is about to be deleted, in the same transaction.

Rooms above register at start-up; the archive knows none of them.
"""

from collections.abc import Callable
from typing import Final

from archive.models import Study

Listener = Callable[[Study], None]

_LISTENERS: Final[list[Listener]] = []


def on_study_closing(listener: Listener) -> None:
    """Have `listener` called with every study that is about to be deleted.

    It takes away what is its own, or raises `archive.errors.StudyKeptError`: then nothing is
    deleted.
    """
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def study_closing(study: Study) -> None:
    """Tell whoever registered that `study` is about to be deleted.

    Raises
    ------
    StudyKeptError
        When somebody is against it.
    """
    for listener in _LISTENERS:
        listener(study)
