"""Hands objects to the archive by its one way in: spool, then ingest."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import BinaryIO, TypeVar

from django.db import connections

from archive.ingest import ingest
from archive.outcome import Origin, Outcome
from archive.spool import Spool

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK_BYTES = 1 << 20
_AT_ONCE = 4  # ingests that wait for the disk at the same time share one commit
_AHEAD = 16  # results that wait to be taken: bounds the memory


def store_bytes(content: bytes, origin: Origin) -> Outcome:
    """Spool and ingest one complete Part 10 object.

    Raises
    ------
    ArchiveFullError, ArchiveUnavailableError
        Nothing was stored; trying again later is sensible.
    """
    with Spool.create() as writer:
        writer.write(content)
        return ingest(writer.finish(), origin)


def store_stream(stream: BinaryIO, origin: Origin) -> Outcome:
    """Spool and ingest what a stream holds, a chunk at a time.

    Raises
    ------
    ArchiveFullError, ArchiveUnavailableError
        Nothing was stored; trying again later is sensible.
    """
    with Spool.create() as writer:
        while chunk := stream.read(_CHUNK_BYTES):
            writer.write(chunk)
        return ingest(writer.finish(), origin)


def at_once(take: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
    """Yield ``take(item)`` for every item in order, a few of them taken at the same time.

    Each thread has its own connection to the database, closed at the end. An exception of
    ``take`` is raised in its place, and what has not begun by then is not taken.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(_AT_ONCE, "intake") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(take, item))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
            _close_connections(pool)


def _close_connections(pool: ThreadPoolExecutor) -> None:
    """Close the connection of every thread: the barrier makes each take exactly one task."""
    together = Barrier(_AT_ONCE)

    def close() -> None:
        together.wait()
        connections.close_all()

    for _ in range(_AT_ONCE):
        pool.submit(close)
