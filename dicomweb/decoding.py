"""Pixels decoded and rendered, always in a worker process, and kept when they are images."""

import hashlib
import io
import logging
import os
from typing import Any, Final

import orjson

from archive.access import change_of, open_instance
from archive.errors import ObjectMissingError
from archive.models import Instance
from dicomkit.errors import DicomkitError
from dicomkit.spliced import open_rewritten
from dicomweb.caches import named_cache
from dicomweb.problems import DicomWebError
from dicomweb.render_parameters import RenderParameters
from dicomweb.workers import WorkerError, process_pool

_log = logging.getLogger(__name__)

_MODULE: Final = "dicomweb.decode_worker"
_MAX_WORKERS: Final = 4
# Address space, most of which libraries only map: a worker at rest uses a tenth of it.
_MEMORY_BYTES: Final = 3 * 1024**3


def native_frame(instance: Instance, number: int) -> bytes:
    """Return frame `number` (from 1) as native pixels in little endian.

    Raises
    ------
    DicomWebError
        406 when it can't be decoded, 503 when too much else is being decoded.
    """
    return _run(instance, {"operation": "native", "frame": number - 1})


def packed_frame(instance: Instance, number: int) -> bytes:
    """Return frame `number` (from 1) as HTJ2K without loss, from the cache or newly made.

    Raises
    ------
    DicomWebError
        As `native_frame`; 406 as well for colour and what else isn't packed.
    """
    key = f"htj2k-1/{instance.pk}/{number}/{bytes(instance.sha256).hex()}"
    return _cached("delivery", key, instance, {"operation": "pack", "frame": number - 1})


def explicit_head(instance: Instance) -> bytes:
    """Return the object in Explicit VR Little Endian up to the first byte of its pixels.

    Raises
    ------
    DicomWebError
        As `native_frame`.
    """
    head = _run(instance, {"operation": "explicit-head"})
    change = change_of(instance)
    if change is None:
        return head
    try:
        with open_rewritten(io.BytesIO(head), change) as stream:
            return stream.read()
    except DicomkitError as error:
        raise ObjectMissingError(f"instance {instance.pk} cannot be corrected: {error}") from error


def rendered_frame(instance: Instance, number: int, parameters: RenderParameters) -> bytes:
    """Return frame `number` (from 1) as an image file, from the cache or newly made.

    Raises
    ------
    DicomWebError
        As `native_frame`.
    """
    key = rendered_key(instance, number, parameters)
    task = {"operation": "render", "frame": number - 1, "parameters": parameters.as_task()}
    return _cached("rendered", key, instance, task)


def _cached(name: str, key: str, instance: Instance, task: dict[str, Any]) -> bytes:
    """Return the result of a task from the cache `name`, where it is kept for the next time."""
    cache = named_cache(name)
    made = cache.read(key)
    if made is None:
        made = _run(instance, task)
        try:
            cache.write(key, [made]).close()
        except OSError as error:
            _log.warning("what was made of an image is not cached: %s", error)
    return made


def rendered_key(instance: Instance, number: int, parameters: RenderParameters) -> str:
    """Return what names this rendering of this content and nothing else."""
    form = orjson.dumps(parameters.as_task())
    digest = hashlib.sha256(bytes(instance.sha256) + form).hexdigest()
    return f"rendered-1/{instance.pk}/{number}/{digest}"


def _run(instance: Instance, task: dict[str, Any]) -> bytes:
    size = min(_MAX_WORKERS, os.cpu_count() or 1)
    pool = process_pool(_MODULE, size=size, memory_bytes=_MEMORY_BYTES)
    try:
        with open_instance(instance) as file:
            return pool.run(task, file, bytes(instance.frame_index))
    except WorkerError as error:
        _log.warning("instance %s not decoded: %s", instance.pk, error.reason)
        if error.reason == "busy":
            raise DicomWebError(503, str(error), {"Retry-After": "5"}) from error
        raise DicomWebError(406, f"The pixels can't be decoded: {error}") from error
