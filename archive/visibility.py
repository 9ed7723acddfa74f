"""Who else has something to write when a study leaves everybody's view, or comes back to it.

Rooms above register at start-up, as for `archive.opening`.
"""

from collections.abc import Callable
from typing import Final

from archive.models import Study

Listener = Callable[[Study], None]

_LISTENERS: Final[list[Listener]] = []


def on_visibility_changed(listener: Listener) -> None:
    """Have `listener` called with every study whose `is_hidden` changed, in that transaction."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def visibility_changed(study: Study) -> None:
    """Tell whoever registered that `study` was hidden or shown."""
    for listener in _LISTENERS:
        listener(study)
