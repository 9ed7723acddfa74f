"""Who else has something to write when a study is opened, in the same transaction.

Rooms above register at start-up; the archive knows none of them.
"""

from collections.abc import Callable
from typing import Final

from archive.models import Study

Listener = Callable[[Study], None]

_LISTENERS: Final[list[Listener]] = []


def on_study_opened(listener: Listener) -> None:
    """Have `listener` called with every new study, in the transaction that inserts it."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def study_opened(study: Study) -> None:
    """Tell whoever registered that `study` was inserted."""
    for listener in _LISTENERS:
        listener(study)
