"""What comes in by the upload page: spooled as it arrives, then given to the one ingest."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from zipfile import ZipInfo

from django.conf import settings
from django.utils.translation import gettext as _

from archive.errors import ArchiveError, ArchiveFullError
from archive.ingest import ingest
from archive.outcome import Origin, Outcome, OutcomeKind
from archive.spool import Spool, SpooledFile
from worklist.unpacking import (
    CHUNK_BYTES,
    ArchiveRefusedError,
    Bounds,
    EntryRefusedError,
    Unpacker,
    is_zip,
)

logger = logging.getLogger("worklist")

# Reasons for which a file is not what a study consists of, rather than a bad part of one.
_SKIPPED_REASONS = frozenset({"not-dicom", "dicomdir", "empty"})
_NAME_LIMIT = 260
_HEAD_BYTES = 132  # preamble and prefix, PS3.10 7.1


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class IncompleteUploadError(Exception):
    """The sender stopped before the end."""


class UploadTooLargeError(Exception):
    """The body is longer than UPLOAD_MAX_BYTES."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file: stored, duplicate, quarantined, skipped, refused or failed."""

    name: str
    result: str
    message: str
    study_instance_uid: str = ""


def spool_body(body: _Readable, length: int) -> SpooledFile:
    """Write a request's body to the spool as it arrives; it is never held in memory.

    Raises
    ------
    IncompleteUploadError, UploadTooLargeError, ArchiveError
        Nothing is kept.
    """
    if length > settings.UPLOAD_MAX_BYTES:
        raise UploadTooLargeError
    with Spool.create() as writer:
        while chunk := body.read(CHUNK_BYTES):
            writer.write(chunk)
        if writer.size != length:
            raise IncompleteUploadError
        return writer.finish()


class Reception:
    """Gives a spooled file, or each file of a spooled ZIP, to the archive, line by line.

    It must be closed, also when nobody has asked it for a line: the spooled file goes then.
    """

    def __init__(self, spooled: SpooledFile, name: str, origin: Origin) -> None:
        self._spooled = spooled
        self._name = clean_name(name)
        self._origin = origin

    def __iter__(self) -> Iterator[Line]:
        with self._spooled.path.open("rb") as stream:
            packed = is_zip(stream.read(_HEAD_BYTES))
        if packed:
            yield from _receive_zip(self._spooled, self._name, self._origin)
        else:
            yield _receive_object(self._spooled, self._name, self._origin)

    def close(self) -> None:
        """Remove the spooled file unless the archive has taken it over."""
        self._spooled.discard()


def _receive_object(spooled: SpooledFile, name: str, origin: Origin) -> Line:
    try:
        return _line(name, ingest(spooled, origin))
    except ArchiveError as error:
        return _failed(name, error)
    finally:
        spooled.discard()


def _receive_zip(spooled: SpooledFile, name: str, origin: Origin) -> Iterator[Line]:
    bounds = Bounds(total_bytes=settings.UPLOAD_MAX_BYTES)
    try:
        with Unpacker(spooled.path, bounds) as unpacker:
            for entry in unpacker.entries():
                yield _receive_entry(unpacker, entry, origin)
    except ArchiveRefusedError as error:
        yield Line(name, "refused", str(error))


def _receive_entry(unpacker: Unpacker, entry: ZipInfo, origin: Origin) -> Line:
    name = clean_name(entry.filename)
    try:
        spooled = _spool_entry(unpacker, entry)
    except EntryRefusedError as error:
        return Line(name, "skipped" if error.reason == "nested" else "refused", str(error))
    except ArchiveError as error:
        return _failed(name, error)
    return _receive_object(spooled, name, origin)


def _spool_entry(unpacker: Unpacker, entry: ZipInfo) -> SpooledFile:
    with Spool.create() as writer:
        for chunk in unpacker.chunks(entry):
            if writer.size == 0 and is_zip(chunk):
                raise EntryRefusedError("nested", _("A ZIP inside a ZIP is not opened."))
            writer.write(chunk)
        return writer.finish()


def _failed(name: str, error: ArchiveError) -> Line:
    logger.error("an upload could not be stored: %s", error)
    message = (
        _("The archive is full. Nothing of this file was stored.")
        if isinstance(error, ArchiveFullError)
        else _("The archive does not answer. Nothing of this file was stored; try again.")
    )
    return Line(name, "failed", message)


def _line(name: str, outcome: Outcome) -> Line:
    result = outcome.kind.value
    if outcome.kind is OutcomeKind.REFUSED and outcome.reason in _SKIPPED_REASONS:
        result = "skipped"
    return Line(name, result, outcome.message, outcome.study_instance_uid)


def clean_name(name: str) -> str:
    """Return a file name as it may be shown: printable and not endless. It is never a path."""
    shown = "".join(character if character.isprintable() else "�" for character in name)
    return shown if len(shown) <= _NAME_LIMIT else "…" + shown[-_NAME_LIMIT:]
