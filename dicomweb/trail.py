"""What the audit log hears of this door: each opening of a study, each query, once in a while.

A viewer asks for thousands of frames of one study. The first request of a kind within a few
minutes is recorded before it is answered; the others repeat it.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

from archive.models import Study
from audit import services as audit
from audit.actors import Actor

REPEAT_AFTER_S: Final = 300.0
_MAX_REMEMBERED: Final = 20_000


class Memory:
    """Remembers for a while what was recorded by this process."""

    def __init__(self, span_s: float = REPEAT_AFTER_S, size: int = _MAX_REMEMBERED) -> None:
        self._span_s = span_s
        self._size = size
        self._seen: dict[object, float] = {}
        self._lock = threading.Lock()

    def is_new(self, key: object, now_s: float) -> bool:
        """Say whether `key` wasn't there within the span before `now_s`, and remember it."""
        before = self._seen.get(key)
        if before is not None and now_s - before < self._span_s:
            return False
        with self._lock:
            self._seen.pop(key, None)
            self._seen[key] = now_s
            if len(self._seen) > self._size:
                self._drop_oldest()
        return True

    def forget(self, key: object) -> None:
        """Forget `key`: it could not be recorded."""
        with self._lock:
            self._seen.pop(key, None)

    def _drop_oldest(self) -> None:
        for key in list(self._seen)[: self._size // 10]:
            del self._seen[key]


_memory: Final = Memory()


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor for the request's user and address."""
    return Actor.of_user(request.user, getattr(request, "client_address", ""))


def _record_once(key: tuple[object, ...], record: Any) -> None:
    if not _memory.is_new(key, time.monotonic()):
        return
    try:
        record()
    except BaseException:
        _memory.forget(key)
        raise


def note_access(request: HttpRequest, study_id: int, means: str) -> None:
    """Record that the user reads a study by `means`, e.g. ``wado-frames``."""

    def record() -> None:
        study = Study.objects.get(pk=study_id)
        audit.record_study_accessed(
            actor=actor_of(request),
            study_instance_uid=study.study_instance_uid,
            facility_id=study.facility_id,
            patient_id=study.dicom_patient_id,
            means=means,
        )

    _record_once((request.user.pk, study_id, means), record)


def note_query(request: HttpRequest, level: str, filters: Mapping[str, str], matches: int) -> None:
    """Record a search and what it asked for."""

    def record() -> None:
        audit.record_query(
            actor=actor_of(request), means="qido", level=level, filters=filters, matches=matches
        )

    _record_once((request.user.pk, level, tuple(sorted(filters.items()))), record)
