"""Lookup tables: Modality, VOI and Palette Color (PS3.3 C.11.1, C.11.2, C.7.6.3.1.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicomkit import tags
from dicomkit.dataset import DataSet
from dicomkit.errors import PixelError

Load = Callable[[DataSet, int], bytes]

_MAX_ENTRIES: Final = 65536
_COLOURS: Final = (
    (tags.RED_PALETTE_DESCRIPTOR, tags.RED_PALETTE_DATA, tags.SEGMENTED_RED_PALETTE_DATA),
    (tags.GREEN_PALETTE_DESCRIPTOR, tags.GREEN_PALETTE_DATA, tags.SEGMENTED_GREEN_PALETTE_DATA),
    (tags.BLUE_PALETTE_DESCRIPTOR, tags.BLUE_PALETTE_DATA, tags.SEGMENTED_BLUE_PALETTE_DATA),
)
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class LookupTable:
    """A table: `values` for inputs from `first` on; inputs outside take the nearest end.

    ``bits`` is the depth of the output.
    """

    first: int
    values: NDArray[np.uint16]
    bits: int

    def apply(self, stored: NDArray) -> NDArray[np.float32]:
        """Return the output for each input, in the input's shape."""
        position = np.clip(stored - float(self.first), 0, len(self.values) - 1)
        return self.values[position.astype(np.int32)].astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """A colour for each index from `first` on: `colours` has shape (entries, 3), 8 bits."""

    first: int
    colours: NDArray[np.uint8]

    def apply(self, indices: NDArray) -> NDArray[np.uint8]:
        """Return RGB of shape (..., 3); an index outside takes the nearest end."""
        position = np.clip(indices.astype(np.int64) - self.first, 0, len(self.colours) - 1)
        return self.colours[position]


@dataclass(frozen=True, slots=True)
class _Descriptor:
    entries: int
    first: int
    bits: int


def _descriptor(data_set: DataSet, tag: int, *, signed: bool) -> _Descriptor | None:
    numbers = data_set.get_ints(tag)
    if len(numbers) < 3:
        return None
    entries, first, bits = numbers[:3]
    # The VR of the three is one, whatever the sign of each: put the signs right.
    first &= 0xFFFF
    if signed and first > 0x7FFF:
        first -= 0x10000
    return _Descriptor((entries & 0xFFFF) or _MAX_ENTRIES, first, bits & 0xFF)


def read_table(item: DataSet, load: Load, *, signed: bool) -> LookupTable | None:
    """Read the table of an item of Modality or VOI LUT Sequence; ``None`` when it is unusable.

    Parameters
    ----------
    item : DataSet
        With LUT Descriptor and LUT Data.
    load : callable
        Returns the bytes of an element, also of one that was only located.
    signed : bool
        The inputs are signed, so that the first input mapped is.
    """
    descriptor = _descriptor(item, tags.LUT_DESCRIPTOR, signed=signed)
    if descriptor is None:
        return None
    values = _entries(load(item, tags.LUT_DATA), descriptor, item.encoding.order)
    if not len(values):
        return None
    # Some write 16 for a table that ends at 4095; the brightest entry is white all the same.
    bits = max(descriptor.bits, int(values.max()).bit_length(), 1)
    return LookupTable(descriptor.first, values, min(bits, 16))


def _entries(data: bytes, descriptor: _Descriptor, order: str) -> NDArray[np.uint16]:
    if len(data) < 2 * descriptor.entries and descriptor.bits <= 8:  # one byte an entry
        narrow = np.frombuffer(data, np.uint8)[: descriptor.entries]
        return narrow.astype(np.uint16)
    wide = np.frombuffer(data, f"{order}u2", len(data) // 2)[: descriptor.entries]
    return wide.astype(np.uint16)


def read_palette(data_set: DataSet, load: Load) -> Palette:
    """Read the Palette Color Lookup Table, plain or segmented.

    Raises
    ------
    PixelError
        ``palette`` when there is none, or one that can't be read.

    References: PS3.3 C.7.6.3.1.5, C.7.6.3.1.6, C.7.9.2.
    """
    channels, first = [], 0
    for descriptor_tag, data_tag, segmented_tag in _COLOURS:
        descriptor = _descriptor(data_set, descriptor_tag, signed=data_set.is_signed())
        if descriptor is None:
            raise PixelError("palette", "The palette has no descriptor.")
        values = _entries(load(data_set, data_tag), descriptor, data_set.encoding.order)
        if not len(values):
            segments = load(data_set, segmented_tag)
            values = _expand(segments, descriptor, data_set.encoding.order)
        if not len(values):
            raise PixelError("palette", "The palette has no colours.")
        channels.append(values)
        first = descriptor.first
    return Palette(first, _to_bytes(channels))


def _to_bytes(channels: list[NDArray[np.uint16]]) -> NDArray[np.uint8]:
    """Return entries of 8 bits; what is declared as 16 bits often isn't."""
    size = max(len(channel) for channel in channels)
    wide = any(channel.max() > 0xFF for channel in channels)
    padded = [np.pad(channel, (0, size - len(channel)), "edge") for channel in channels]
    colours = np.stack(padded, axis=-1)
    return (colours >> 8 if wide else colours).astype(np.uint8)


def _expand(data: bytes, descriptor: _Descriptor, order: str) -> NDArray[np.uint16]:
    """Expand a segmented table: runs of values, straight lines, and repeats of either."""
    kind = f"{order}u2" if descriptor.bits > 8 else "u1"
    words = np.frombuffer(data, kind, len(data) // np.dtype(kind).itemsize).astype(int).tolist()
    expanded: list[int] = []
    position = 0
    while position + 1 < len(words) and len(expanded) < descriptor.entries:
        position = _expand_segment(words, position, expanded, descriptor)
    return np.asarray(expanded[: descriptor.entries], np.uint16)


def _expand_segment(
    words: list[int], position: int, expanded: list[int], descriptor: _Descriptor
) -> int:
    """Expand one segment at `position`; return where the next begins."""
    code, count = words[position], words[position + 1]
    position += 2
    if code == _DISCRETE:
        expanded += words[position : position + count]
        return position + count
    if code == _LINEAR and position < len(words) and expanded:
        expanded += _line(expanded[-1], words[position], count)
        return position + 1
    if code == _INDIRECT:
        parts = 4 if descriptor.bits <= 8 else 2
        size = 8 if descriptor.bits <= 8 else 16
        target = sum(word << size * i for i, word in enumerate(words[position : position + parts]))
        # The offset counts bytes; segments that are repeated are no repeats themselves.
        _repeat(words, target // (size // 8), count, expanded, descriptor)
        return position + parts
    raise PixelError("palette", "The segmented palette is damaged.")


def _repeat(
    words: list[int], position: int, count: int, expanded: list[int], descriptor: _Descriptor
) -> None:
    for _ in range(count):
        if position + 1 >= len(words) or words[position] == _INDIRECT:
            raise PixelError("palette", "The segmented palette is damaged.")
        if len(expanded) >= descriptor.entries:
            return
        position = _expand_segment(words, position, expanded, descriptor)


def _line(start: int, end: int, count: int) -> list[int]:
    """Return the `count` values after `start` on a straight line to `end`."""
    return [round(start + (end - start) * step / count) for step in range(1, count + 1)]
