"""Refused associations: each told to the log and the audit trail, a flood of them once a minute."""

import logging
import threading
from dataclasses import dataclass
from time import monotonic
from typing import Final

from audit.actors import Actor
from audit.services import record_refused_association

logger = logging.getLogger(__name__)

_QUIET_S: Final = 60.0
_MAX_CALLERS: Final = 1000


@dataclass(slots=True)
class _Seen:
    next_report: float
    since: int = 0


class Refusals:
    """Reports refusals, at most one a minute for the same caller and reason."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str, str], _Seen] = {}

    def report(self, calling: str, called: str, address: str, reason: str) -> None:
        """Write down that `calling` was refused, unless that was done a moment ago."""
        count = self._count((calling, address, reason))
        if count == 0:
            return
        logger.warning(
            "association refused: %s (%s to %s, from %s, %d times)",
            reason,
            ascii(calling),
            ascii(called),
            address,
            count,
        )
        record_refused_association(
            actor=Actor.of_peer(calling.replace("\0", "?"), None, address),
            called_ae=called.replace("\0", "?"),
            reason=reason,
        )

    def _count(self, key: tuple[str, str, str]) -> int:
        """Return how many refusals to report now; 0 is none yet."""
        now = monotonic()
        with self._lock:
            if len(self._seen) >= _MAX_CALLERS:
                self._seen.clear()
            seen = self._seen.setdefault(key, _Seen(now))
            seen.since += 1
            if now < seen.next_report:
                return 0
            count, seen.since = seen.since, 0
            seen.next_report = now + _QUIET_S
            return count
