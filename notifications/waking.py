"""Whom to wake when there is something to tell; the tasks register, so that none is imported."""

from collections.abc import Callable
from typing import Final

_WAKERS: Final[list[Callable[[], object]]] = []


def on_news(waker: Callable[[], object]) -> None:
    """Have `waker` called after each commit that left an event to tell of."""
    if waker not in _WAKERS:
        _WAKERS.append(waker)


def wake() -> None:
    """Call whoever registered."""
    for waker in _WAKERS:
        waker()
