"""Metadata of instances as DICOM JSON, made from their headers and kept by series.

A series' metadata is one gzip file in the cache, under the series' key and revision: whatever
changes the series changes its revision, so that a file is never out of date, only out of use.

References: PS3.18 10.4.1.1.2 (metadata resources), F (DICOM JSON Model).
"""

import hashlib
import io
import logging
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO, Final

import orjson

from archive.access import open_outgoing
from archive.models import Instance, Series
from dicomkit.dataset import Header
from dicomkit.dicom_json import instance_json
from dicomkit.elements import Element
from dicomkit.errors import DicomkitError
from dicomkit.part10 import read_header
from dicomweb.body import CHUNK_BYTES
from dicomweb.caches import named_cache
from dicomweb.lookup import INSTANCE_FACTS, Names

_log = logging.getLogger(__name__)

AVAILABLE_TRANSFER_SYNTAX_UID: Final = 0x00083002
# Level 1: JSON of a series repeats itself so much that more effort gains little.
_GZIP_LEVEL: Final = 1
_GZIP_WINDOW: Final = 31
# Longer headers (an encapsulated document is all header) are read piece by piece.
_WHOLE_HEADER: Final = 1024 * 1024
_VERSION: Final = "metadata-1"


def instance_metadata(instance: Instance, names: Names, root: str) -> bytes:
    """Return the metadata of one instance as one JSON object.

    An object whose header can't be told in full is told by what the index knows of it.

    Parameters
    ----------
    names : Names
        The instance's study and series.
    root : str
        URL of the service, ending in a slash, for bulk data.

    Raises
    ------
    ObjectMissingError
        When the file can't be read.
    """
    own = Names(names.study, names.series, instance.sop_instance_uid)
    with open_outgoing(instance) as file:
        stream = _header_stream(file, instance)
        try:
            header = _with_transfer_syntax(read_header(stream), instance.transfer_syntax_uid)
            return instance_json(stream, header, bulk_uri=root + own.path)
        except DicomkitError as error:
            _log.warning("metadata of instance %s: %s", instance.pk, error.reason)
            return _outline(instance, own)


def _header_stream(file: BinaryIO, instance: Instance) -> BinaryIO:
    """Return the header in memory when that is one short read, else the file."""
    if not instance.has_pixels or instance.header_bytes > _WHOLE_HEADER or instance.coercion:
        return file
    return io.BytesIO(file.read(instance.header_bytes))


def _with_transfer_syntax(header: Header, uid: str) -> Header:
    """Return the header with Available Transfer Syntax UID in its place (PS3.18 10.4.3.3.2)."""
    value = uid.encode("ascii", "replace")
    added = {AVAILABLE_TRANSFER_SYNTAX_UID: Element("UI", value, 0, len(value))}
    return replace(header, elements=dict(sorted((header.elements | added).items())))


def _outline(instance: Instance, names: Names) -> bytes:
    values = {
        "00080016": instance.sop_class_uid,
        "00080018": instance.sop_instance_uid,
        "00083002": instance.transfer_syntax_uid,
        "0020000D": names.study,
        "0020000E": names.series,
    }
    return orjson.dumps({tag: {"vr": "UI", "Value": [uid]} for tag, uid in values.items()})


def series_key(series: Series, root: str, sees_hidden: bool) -> str:
    """Return the cache key of a series' metadata; it changes with anything that is in it."""
    everything = "/all" if sees_hidden and series.hidden_count else ""
    return f"{_VERSION}/{series.pk}/{series.revision}{everything}/{root}"


def series_etag(series: Iterable[Series], root: str, sees_hidden: bool) -> str:
    """Return an entity tag for the metadata of `series`."""
    keys = "\n".join(series_key(one, root, sees_hidden) for one in series)
    return hashlib.sha256(keys.encode()).hexdigest()[:32]


def series_metadata(series: Series, root: str, sees_hidden: bool) -> BinaryIO:
    """Return a series' metadata as a gzip file of a JSON array, from the cache or newly made.

    What was rejected is in it only for those who see that.
    """
    cache = named_cache("metadata")
    key = series_key(series, root, sees_hidden)
    found = cache.open(key)
    if found is not None:
        return found
    instances = Instance.objects.filter(series=series).order_by("instance_number", "id")
    if not sees_hidden:
        instances = instances.filter(is_hidden=False)
    names = Names(series.study.study_instance_uid, series.series_instance_uid)
    found_all = list(instances.only(*INSTANCE_FACTS))

    def chunks() -> Iterator[bytes]:
        return _gzip(_array(instance_metadata(one, names, root) for one in found_all))

    try:
        return cache.write(key, chunks())
    except OSError as error:
        _log.warning("metadata is not cached: %s", error)
        return io.BytesIO(b"".join(chunks()))


def _array(objects: Iterator[bytes]) -> Iterator[bytes]:
    separator = b"["
    for json in objects:
        yield separator + json
        separator = b","
    yield b"]" if separator == b"," else b"[]"


def _gzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    squeeze = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)
    for chunk in chunks:
        if squeezed := squeeze.compress(chunk):
            yield squeezed
    yield squeeze.flush()


def gunzip(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what a gzip file holds, and close it."""
    expand = zlib.decompressobj(wbits=_GZIP_WINDOW)
    with stream:
        while chunk := stream.read(CHUNK_BYTES):
            if expanded := expand.decompress(chunk):
                yield expanded


def plain(series: Iterable[Series], root: str, sees_hidden: bool) -> Iterator[bytes]:
    """Yield the metadata of several series as one JSON array."""
    separator = b"["
    for one in series:
        # An array without its brackets: the first byte and the last are known.
        text = b"".join(gunzip(series_metadata(one, root, sees_hidden)))[1:-1]
        if text:
            yield separator + text
            separator = b","
    yield b"]" if separator == b"," else b"[]"


def squeezed(series: Iterable[Series], root: str, sees_hidden: bool) -> Iterator[bytes]:
    """Yield what `plain` yields, as gzip."""
    return _gzip(plain(series, root, sees_hidden))
