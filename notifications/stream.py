"""Live events of one process: one reader of the outbox, any number of listeners.

The outbox table is read once a second by one task, however many pages are open; each listener
gets what its rights allow. Keys are given out before their transactions are committed, so an
event may become visible after one with a higher key: the reader looks back over the last half
minute and passes each event on once.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar

import orjson
from django.db import Error, connections
from django.utils import timezone

from notifications.models import OutboxEvent

logger = logging.getLogger("notifications")
T = TypeVar("T")

POLL_SECONDS = 1.0
# How long a transaction may stay open and its events still be found.
SETTLE = timedelta(seconds=30)
REPLAY_LIMIT = 500
QUEUE_LIMIT = 1000
MAX_LISTENERS = 1000
MAX_LISTENERS_PER_USER = 12


class Listener(Protocol):
    """Whoever listens: a signed-in user."""

    pk: Any
    is_active: bool
    facility_id: int | None

    def has_perm(self, perm: str) -> bool:
        """Say whether the permission is held."""
        ...


class TooManyListenersError(Exception):
    """The process, or the user, has as many open streams as are allowed."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it goes over the wire."""

    id: int
    topic: str
    facility_id: int | None
    payload: dict[str, Any]
    user_id: int | None = None

    def encode(self) -> bytes:
        """Return the event as a block of an event stream (WHATWG HTML 9.2.5)."""
        data = orjson.dumps({"topic": self.topic, **self.payload})
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (self.id, _line(self.topic), data)


def _line(text: str) -> bytes:
    return text.replace("\r", "").replace("\n", "").encode()


def may_hear(
    principal: Listener, event_facility_id: int | None, event_user_id: int | None = None
) -> bool:
    """Say whether an event of a facility (None: of the system), or of a user, is for `principal`.

    One that is for a user goes to nobody else, and tells that there is something to look up.
    """
    if not principal.is_active or not principal.has_perm("archive.view_study"):
        return False
    if event_user_id is not None:
        return bool(principal.pk == event_user_id)
    if event_facility_id is None:
        return principal.has_perm("operations.view_status")
    if principal.has_perm("archive.view_all_facilities"):
        return True
    return principal.facility_id == event_facility_id


@dataclass(eq=False, slots=True)
class Subscription:
    """One open stream: what waits to be sent on it, and whose it is."""

    principal: Listener
    queue: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    # The listener was too slow and has missed something: it must start afresh.
    overflowed: bool = False

    def offer(self, event: Event) -> None:
        """Queue an event if it is for this listener."""
        if not may_hear(self.principal, event.facility_id, event.user_id):
            return
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.overflowed = True


class OutboxReader:
    """Finds events that are new, each once, also those whose transactions were slow."""

    def __init__(self) -> None:
        self._floor = 0
        self._seen: set[int] = set()

    def start(self) -> None:
        """Begin after what is there now."""
        self._floor = self._settled_key(timezone.now() - SETTLE)
        recent = OutboxEvent.objects.filter(pk__gt=self._floor)
        self._seen = set(recent.values_list("pk", flat=True))

    def read(self) -> list[Event]:
        """Return the events that became visible since the last call."""
        found = list(OutboxEvent.objects.filter(pk__gt=self._floor).order_by("pk"))
        fresh = [row for row in found if row.pk not in self._seen]
        limit = timezone.now() - SETTLE
        self._floor = max((row.pk for row in found if row.created_at < limit), default=self._floor)
        self._seen = {row.pk for row in found if row.pk > self._floor}
        return [_event(row) for row in fresh]

    @staticmethod
    def _settled_key(limit: Any) -> int:
        settled = OutboxEvent.objects.filter(created_at__lt=limit).order_by("-pk")
        return settled.values_list("pk", flat=True).first() or 0


def _event(row: OutboxEvent) -> Event:
    return Event(row.pk, row.topic, row.facility_id, row.payload, row.user_id)


def events_after(principal: Listener, last_id: int) -> list[Event] | None:
    """Return what `principal` missed since `last_id`; None when that is too much to replay.

    Events with a somewhat lower key that are younger than SETTLE come again: they may have been
    invisible when `last_id` was sent, and a repeated event is harmless.
    """
    late = OutboxEvent.objects.filter(
        pk__lte=last_id, pk__gt=last_id - 200, created_at__gte=timezone.now() - SETTLE
    )
    rows = list(OutboxEvent.objects.filter(pk__gt=last_id).order_by("pk")[: REPLAY_LIMIT + 1])
    if len(rows) > REPLAY_LIMIT:
        return None
    events = [_event(row) for row in [*late.order_by("pk"), *rows]]
    return [one for one in events if may_hear(principal, one.facility_id, one.user_id)]


class Hub:
    """Passes events from the outbox to the subscriptions of this process's event loop.

    The reading task lives while anybody listens. It has one thread of its own, and with it at
    most one database connection.
    """

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._task: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="outbox")

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return len(self._subscriptions)

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a function that uses the database on the hub's own thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, _with_connection, function, arguments)

    async def subscribe(self, principal: Listener) -> Subscription:
        """Open a stream for `principal`; what happens from now on is queued for it.

        Raises
        ------
        TooManyListenersError
            When the process or the user has too many.
        """
        own = sum(other.principal.pk == principal.pk for other in self._subscriptions)
        if self.listeners >= MAX_LISTENERS or own >= MAX_LISTENERS_PER_USER:
            raise TooManyListenersError
        subscription = Subscription(principal)
        self._subscriptions.add(subscription)
        try:
            await self._ensure_reading()
        except BaseException:
            self.unsubscribe(subscription)
            raise
        return subscription

    async def _ensure_reading(self) -> None:
        async with self._starting:
            if self._task is None or self._task.done():
                reader = OutboxReader()
                await self.run(reader.start)
                self._task = asyncio.get_running_loop().create_task(self._poll(reader))

    def unsubscribe(self, subscription: Subscription) -> None:
        """Close a stream; the last one stops the reading."""
        self._subscriptions.discard(subscription)
        if not self._subscriptions and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _poll(self, reader: OutboxReader) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                events = await self.run(reader.read)
            except Error:
                # The database may come back; the listeners' pages stay as they are meanwhile.
                logger.exception("the outbox could not be read")
                continue
            for event in events:
                for subscription in self._subscriptions:
                    subscription.offer(event)


def _with_connection(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    try:
        return function(*arguments)
    finally:
        connections.close_all()


HUB = Hub()
