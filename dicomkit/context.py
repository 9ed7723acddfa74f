"""What the header says of its pixels: shape, depth, colour, and the way to the screen."""

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple, Self

from dicomkit import tags
from dicomkit.dataset import DataSet, Header
from dicomkit.errors import Part10Error, PixelError
from dicomkit.lut import LookupTable, Palette, read_palette, read_table
from dicomkit.part10 import open_source
from dicomkit.source import DEFAULT, Source
from dicomkit.transfer_syntaxes import GE_PRIVATE_IMPLICIT_BIG_ENDIAN_PIXELS
from dicomkit.walk import Budget

_MAX_TABLE: Final = 1024 * 1024
_MAX_BITS: Final = 64
_SANE_ASPECT: Final = (0.05, 20.0)
_NOMINAL_SCANNED_PIXEL_SPACING: Final = 0x00182010
_SPACINGS: Final = (
    tags.PIXEL_SPACING,
    tags.IMAGER_PIXEL_SPACING,
    _NOMINAL_SCANNED_PIXEL_SPACING,
    tags.PIXEL_ASPECT_RATIO,
)
_FRAME_GROUPS: Final = (
    tags.PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
    tags.FRAME_VOI_LUT_SEQUENCE,
    tags.PIXEL_MEASURES_SEQUENCE,
)


class Window(NamedTuple):
    """A window of the VOI LUT module: centre and width in output units of the Modality LUT."""

    center: float
    width: float
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class FrameContext:
    """Attributes of the Image Pixel, Modality LUT and VOI LUT modules, made safe to use.

    Attributes
    ----------
    rows, columns, samples : int
        Shape; ``samples`` is 1 or 3 in images that conform.
    photometric : str
        Photometric Interpretation.
    bits_allocated, bits_stored, high_bit : int
        Contradictions are settled: at most ``bits_allocated`` stored, high bit within.
    signed : bool
        Pixel Representation 1.
    planar : bool
        Planar Configuration 1 (RRR...GGG...BBB...).
    floating : bool
        Float or Double Float Pixel Data.
    big_endian : bool
        Byte order of native pixels.
    slope, intercept : float
        Rescale; (1, 0) when absent.
    modality_table, voi_table : LookupTable or None
        Tables that take the place of rescale and window.
    windows : tuple of Window
        As given, those without a width left out.
    voi_function : str
        LINEAR, LINEAR_EXACT or SIGMOID.
    palette : Palette or None
        Of PALETTE COLOR images.
    padding : tuple of int or None
        Lowest and highest stored value that mean 'no pixel'.
    inverse : bool
        Low values are bright.
    aspect : float
        Height of a pixel by its width.

    References: PS3.3 C.7.6.3, C.7.5.1.1.2 (padding), C.11.1, C.11.2, C.11.6.
    """

    rows: int
    columns: int
    samples: int = 1
    photometric: str = "MONOCHROME2"
    bits_allocated: int = 16
    bits_stored: int = 16
    high_bit: int = 15
    signed: bool = False
    planar: bool = False
    floating: bool = False
    big_endian: bool = False
    slope: float = 1.0
    intercept: float = 0.0
    modality_table: LookupTable | None = field(default=None, repr=False)
    windows: tuple[Window, ...] = ()
    voi_function: str = "LINEAR"
    voi_table: LookupTable | None = field(default=None, repr=False)
    palette: Palette | None = field(default=None, repr=False)
    padding: tuple[int, int] | None = None
    inverse: bool = False
    aspect: float = 1.0

    @classmethod
    def from_header(cls, header: Header, stream: BinaryIO | None = None, *, frame: int = 0) -> Self:
        """Gather the context of one frame.

        Parameters
        ----------
        header : Header
            Of the instance.
        stream : BinaryIO, optional
            Its file, for lookup tables and functional groups that are too long to be kept in
            the header.
        frame : int
            Counted from 0; matters where functional groups differ between frames.

        What is missing or damaged leaves its default; decoding or rendering then says so.
        """
        context = cls(**_pixel_module(header))
        reader = _Reader(None if stream is None else open_source(stream, header))
        groups = [*reader.functional_groups(header, frame), header]
        is_palette = context.photometric == "PALETTE COLOR"
        return replace(
            context,
            **_modality(groups, reader, context),
            **_voi(groups, reader, context),
            palette=_palette(header, reader) if is_palette else None,
            padding=_padding(header, context),
            aspect=_aspect(groups),
            inverse=context.photometric == "MONOCHROME1"
            or header.get_text(tags.PRESENTATION_LUT_SHAPE) == "INVERSE",
        )


class _Reader:
    """Reads what the header only located, if there is a file to read from."""

    def __init__(self, source: Source | None) -> None:
        self._source = source

    def load(self, data_set: DataSet, tag: int) -> bytes:
        """Return the bytes of an element, empty when they can't be had."""
        element = data_set.elements.get(tag)
        if element is None or element.length > _MAX_TABLE:
            return b""
        if element.value is None and self._source is not None:
            return self._source.read_at(element.offset, element.length)
        return element.value or b""

    def item(self, data_set: DataSet, tag: int, number: int = 0) -> DataSet | None:
        """Return one item of a sequence; ``None`` when there is no such item."""
        element = data_set.elements.get(tag)
        if element is None or element.vr != "SQ":
            return None
        if element.value is None and self._source is None:
            return None
        items = data_set.items_of(element, self._source, Budget(DEFAULT))
        try:
            return next(islice(items, number, None), None)
        except Part10Error:
            return None

    def functional_groups(self, header: Header, frame: int) -> list[DataSet]:
        """Return the frame's own functional groups, then the shared ones, that matter here."""
        outer = (
            self.item(header, tags.PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frame),
            self.item(header, tags.SHARED_FUNCTIONAL_GROUPS_SEQUENCE),
        )
        inner = (self.item(item, tag) for item in outer if item for tag in _FRAME_GROUPS)
        return [item for item in inner if item]


def _pixel_module(header: Header) -> dict[str, Any]:
    samples = max(1, header.get_int(tags.SAMPLES_PER_PIXEL) or 1)
    tag = header.pixel_data.tag if header.pixel_data else tags.PIXEL_DATA
    by_tag = {tags.FLOAT_PIXEL_DATA: 32, tags.DOUBLE_FLOAT_PIXEL_DATA: 64}
    allocated = by_tag.get(tag) or header.get_int(tags.BITS_ALLOCATED) or 8
    allocated = min(max(1, allocated), _MAX_BITS)
    stored = header.get_int(tags.BITS_STORED) or allocated
    if not 0 < stored <= allocated:
        stored = allocated
    high_bit = header.get_int(tags.HIGH_BIT)
    if high_bit is None or not stored - 1 <= high_bit < allocated:
        high_bit = stored - 1
    photometric = header.get_text(tags.PHOTOMETRIC_INTERPRETATION)
    return {
        "rows": max(0, header.get_int(tags.ROWS) or 0),
        "columns": max(0, header.get_int(tags.COLUMNS) or 0),
        "samples": samples,
        "photometric": photometric or ("MONOCHROME2" if samples == 1 else "RGB"),
        "bits_allocated": allocated,
        "bits_stored": stored,
        "high_bit": high_bit,
        "signed": header.get_int(tags.PIXEL_REPRESENTATION) == 1,
        "planar": samples > 1 and header.get_int(tags.PLANAR_CONFIGURATION) == 1,
        "floating": tag in by_tag,
        "big_endian": header.encoding.big_endian
        or header.transfer_syntax_uid == GE_PRIVATE_IMPLICIT_BIG_ENDIAN_PIXELS,
    }


def _first_with(groups: list[DataSet], tag: int) -> DataSet | None:
    return next((group for group in groups if group.get_floats(tag)), None)


def _palette(header: Header, reader: _Reader) -> Palette | None:
    try:
        return read_palette(header, reader.load)
    except PixelError:
        return None


def _modality(groups: list[DataSet], reader: _Reader, context: FrameContext) -> dict[str, Any]:
    slopes = _first_with(groups, tags.RESCALE_SLOPE)
    if slopes is not None:
        slope = slopes.get_float(tags.RESCALE_SLOPE) or 0.0
        intercept = slopes.get_float(tags.RESCALE_INTERCEPT) or 0.0
        # A slope of 0 makes every pixel alike; the stored values still show something.
        return {"slope": slope, "intercept": intercept} if slope else {}
    item = reader.item(groups[-1], tags.MODALITY_LUT_SEQUENCE)
    if item is None:
        return {}
    return {"modality_table": read_table(item, reader.load, signed=context.signed)}


def _voi(groups: list[DataSet], reader: _Reader, context: FrameContext) -> dict[str, Any]:
    group = _first_with(groups, tags.WINDOW_CENTER)
    found: dict[str, Any] = {}
    if group is not None:
        function = (group.get_text(tags.VOI_LUT_FUNCTION) or "LINEAR").upper()
        found = {"windows": _windows(group, function), "voi_function": function}
    item = reader.item(groups[-1], tags.VOI_LUT_SEQUENCE)
    if item is not None:
        found["voi_table"] = read_table(item, reader.load, signed=context.signed)
    return found


def _windows(group: DataSet, function: str) -> tuple[Window, ...]:
    centers, widths = group.get_floats(tags.WINDOW_CENTER), group.get_floats(tags.WINDOW_WIDTH)
    words = group.get_values(tags.WINDOW_EXPLANATION)
    words += [""] * len(centers)
    smallest = 1.0 if function == "LINEAR" else 0.0
    return tuple(
        Window(center, width, text)
        for center, width, text in zip(centers, widths, words, strict=False)
        if width >= smallest and width > 0
    )


def _padding(header: Header, context: FrameContext) -> tuple[int, int] | None:
    value = header.get_int(tags.PIXEL_PADDING_VALUE)
    if value is None:
        return None
    limit = header.get_int(tags.PIXEL_PADDING_RANGE_LIMIT)
    limit = value if limit is None else limit
    if context.signed:  # written as US by some
        value, limit = (_as_signed(number, context.bits_allocated) for number in (value, limit))
    return min(value, limit), max(value, limit)


def _as_signed(number: int, bits: int) -> int:
    return number - (1 << bits) if number >> (bits - 1) == 1 else number


def _aspect(groups: list[DataSet]) -> float:
    for tag in _SPACINGS:
        group = _first_with(groups, tag)
        values = group.get_floats(tag) if group else []
        if len(values) == 2 and values[0] > 0 and values[1] > 0:
            aspect = values[0] / values[1]
            return aspect if _SANE_ASPECT[0] <= aspect <= _SANE_ASPECT[1] else 1.0
    return 1.0
