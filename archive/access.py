"""Reading what is stored."""

from pathlib import Path
from typing import BinaryIO

from archive import storage
from archive.errors import ObjectMissingError
from archive.models import Instance
from dicomkit import part10
from dicomkit.dataset import Header
from dicomkit.errors import DicomkitError, PixelError
from dicomkit.frames import FrameIndex
from dicomkit.frames import read_frame as read_indexed_frame
from dicomkit.rewrite import Change
from dicomkit.spliced import open_rewritten


def instance_path(instance: Instance) -> Path:
    """Return where the instance's file lies."""
    return storage.path_of(instance.storage_key)


def open_instance(instance: Instance) -> BinaryIO:
    """Open the instance's Part 10 file, exactly as it was received.

    Raises
    ------
    ObjectMissingError
        When the file is not there or has not the length that was stored.
    """
    try:
        stream = instance_path(instance).open("rb")
    except OSError as error:
        raise ObjectMissingError(f"the file of instance {instance.pk} cannot be read") from error
    if stream.seek(0, 2) != instance.size_bytes:
        stream.close()
        raise ObjectMissingError(f"the file of instance {instance.pk} has another length")
    stream.seek(0)
    return stream


def change_of(instance: Instance) -> Change | None:
    """Return what is to be corrected of an instance on the way out; None when nothing is."""
    if not instance.coercion:
        return None
    of_study, of_series = Instance.objects.values_list("study__coerced", "series__coerced").get(
        pk=instance.pk
    )
    values = of_series | of_study
    at = max(str(of_study.get("at", "")), str(of_series.get("at", "")))
    # Keys in small letters are the index's own.
    return Change({key: value for key, value in values.items() if key[0].isupper()}, at)


def open_outgoing(instance: Instance) -> BinaryIO:
    """Open the instance as it leaves the archive: as received but for what was corrected.

    Raises
    ------
    ObjectMissingError
        As `open_instance`, and when its header cannot take the corrections.
    """
    stream = open_instance(instance)
    change = change_of(instance)
    if change is None:
        return stream
    try:
        return open_rewritten(stream, change, directory=None)
    except DicomkitError as error:
        stream.close()
        raise ObjectMissingError(f"instance {instance.pk} cannot be corrected: {error}") from error


def outgoing_size(instance: Instance) -> int:
    """Return how many bytes `open_outgoing` gives.

    Raises
    ------
    ObjectMissingError
        As `open_outgoing`.
    """
    if not instance.coercion:
        return instance.size_bytes
    with open_outgoing(instance) as stream:
        return stream.seek(0, 2)


def checked_size(instance: Instance) -> int:
    """Return how many bytes `open_outgoing` gives, after a look at the file.

    For what is promised long before it is sent.

    Raises
    ------
    ObjectMissingError
        As `open_outgoing`.
    """
    if instance.coercion:
        return outgoing_size(instance)
    try:
        size = instance_path(instance).stat().st_size
    except OSError as error:
        raise ObjectMissingError(f"the file of instance {instance.pk} cannot be read") from error
    if size != instance.size_bytes:
        raise ObjectMissingError(f"the file of instance {instance.pk} has another length")
    return size


def read_header(instance: Instance) -> Header:
    """Read the instance's header, up to Pixel Data.

    Raises
    ------
    ObjectMissingError
        When the file cannot be read.
    """
    with open_instance(instance) as stream:
        return part10.read_header(stream)


def frame_index(instance: Instance) -> FrameIndex:
    """Return the frame index that was made when the instance was stored.

    Raises
    ------
    PixelError
        ``no-frame`` when there are no frames, or they could not be told apart.
    """
    packed = bytes(instance.frame_index)
    if not packed:
        raise PixelError("no-frame", "The instance has no frames.")
    return FrameIndex.unpack(packed)


def frame_ranges(instance: Instance, n: int) -> list[tuple[int, int]]:
    """Return offset and length of the pieces of frame `n` (from 0).

    They lie in the file only when `frame_index(instance).addressable`.

    Raises
    ------
    PixelError
        ``no-frame``.
    """
    return frame_index(instance).ranges(n)


def read_frame(instance: Instance, n: int) -> bytes:
    """Return the bytes of frame `n` (from 0): native pixels, or its codestream.

    Raises
    ------
    PixelError
        ``no-frame``.
    ObjectMissingError
        When the file cannot be read.
    """
    index = frame_index(instance)
    with open_instance(instance) as stream:
        return read_indexed_frame(stream, index, n)
