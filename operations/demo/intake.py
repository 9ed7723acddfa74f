"""Hands objects to the archive by its one way in: spool, then ingest."""

from __future__ import annotations

from typing import BinaryIO

from archive.ingest import ingest
from archive.outcome import Origin, Outcome
from archive.spool import Spool

_CHUNK_BYTES = 1 << 20


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
