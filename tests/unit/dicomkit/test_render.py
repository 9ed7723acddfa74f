"""From stored values to the screen: windows, tables, palettes, padding, aspect."""

import io
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels import apply_voi_lut

from dicomkit.context import FrameContext, Window
from dicomkit.errors import PixelError
from dicomkit.lut import LookupTable, Palette
from dicomkit.part10 import read_header
from dicomkit.pixels import default_window, encode_jpeg, encode_png, to_display
from tests.factories.dicom import ct_values, element, part10

CT = FrameContext(4, 4, signed=True, slope=1.0, intercept=-1024.0)
RAMP = np.arange(16, dtype=np.int16).reshape(4, 4) * 100


@given(
    st.floats(-2000, 2000),
    st.floats(1, 4000),
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
)
def test_windows_are_those_of_the_standard(center, width, function):
    ds = Dataset()
    ds.PhotometricInterpretation, ds.BitsStored, ds.PixelRepresentation = "MONOCHROME2", 8, 0
    ds.WindowCenter, ds.WindowWidth, ds.VOILUTFunction = center, width, function
    context = replace(CT, voi_function=function)
    units = RAMP.astype(np.float64) - 1024
    expected = apply_voi_lut(units, ds)
    found = to_display(RAMP, context, window=(center, width)).astype(float)
    if function == "LINEAR" and width == 1:
        return
    assert np.abs(found - np.clip(expected, 0, 255)).max() <= 1


def test_monochrome1_is_inverted():
    plain = to_display(RAMP, CT, window=(-200, 1600))
    inverse = to_display(RAMP, replace(CT, inverse=True), window=(-200, 1600))
    assert np.abs(plain.astype(int) + inverse - 255).max() <= 1
    assert plain[0, 0] < plain[3, 3]


def test_the_first_window_of_the_header_is_the_default():
    context = replace(CT, windows=(Window(40, 400), Window(-600, 1500)))
    assert default_window(RAMP, context) == Window(40, 400)


def test_without_a_window_the_values_decide():
    window = default_window(RAMP, CT)
    assert window.center - window.width / 2 == pytest.approx(-1024, abs=10)
    assert window.center + window.width / 2 == pytest.approx(476, abs=10)


def test_padding_does_not_count():
    pixels = RAMP.copy()
    pixels[0] = -2000
    context = replace(CT, padding=(-2000, -2000))
    assert default_window(pixels, context).center > default_window(pixels, CT).center


@pytest.mark.parametrize("value", [0, 7, -1])
def test_a_flat_picture_has_a_window(value):
    shown = to_display(np.full((4, 4), value, np.int16), CT)
    assert shown.shape == (4, 4)


def test_values_that_are_no_numbers():
    context = FrameContext(2, 2, bits_allocated=32, bits_stored=32, high_bit=31, floating=True)
    pixels = np.array([[np.nan, np.inf], [-np.inf, 1.0]], np.float32)
    assert to_display(pixels, context, window=(0.5, 1.0)).tolist() == [[0, 255], [0, 255]]


def test_tables_take_the_place_of_rescale_and_window():
    table = LookupTable(0, np.array([0, 10, 20, 30], np.uint16), 8)
    voi = LookupTable(0, np.arange(0, 256, 8, dtype=np.uint16), 8)
    context = FrameContext(2, 2, modality_table=table, voi_table=voi)
    shown = to_display(np.array([[0, 1], [2, 99]], np.uint16), context)
    assert shown.tolist() == [[0, 80], [160, 240]]


def test_a_palette():
    colours = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0]], np.uint8)
    context = FrameContext(1, 4, photometric="PALETTE COLOR", palette=Palette(10, colours))
    shown = to_display(np.array([[0, 10, 11, 99]], np.uint16), context)
    assert shown[0].tolist() == [[0, 0, 0], [0, 0, 0], [255, 0, 0], [0, 255, 0]]
    with pytest.raises(PixelError) as caught:
        to_display(np.zeros((1, 4), np.uint16), replace(context, palette=None))
    assert caught.value.reason == "palette"


@pytest.mark.parametrize(
    ("size", "enlarge", "aspect", "expected"),
    [
        (None, False, 1.0, (4, 8)),
        (None, False, 2.0, (8, 8)),
        (None, False, 0.5, (4, 16)),
        ((4, 4), False, 1.0, (2, 4)),
        ((99, 99), False, 1.0, (4, 8)),
        ((80, 80), True, 1.0, (40, 80)),
        ((1, 1), False, 1.0, (1, 1)),
    ],
)
def test_sizes(size, enlarge, aspect, expected):
    context = FrameContext(4, 8, aspect=aspect)
    frame = np.zeros((4, 8), np.uint16)
    assert to_display(frame, context, size=size, enlarge=enlarge).shape == expected


def test_pictures_can_be_read():
    shown = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(shown)))), shown)
    jpeg = Image.open(io.BytesIO(encode_jpeg(np.dstack([shown] * 3), quality=95)))
    assert (jpeg.format, jpeg.size, jpeg.mode) == ("JPEG", (16, 16), "RGB")


# Contexts from headers


def context_of(values: dict, *tail: bytes) -> FrameContext:
    stream = io.BytesIO(
        part10(ct_values() | values) + b"".join(tail) + element(0x7FE00010, bytes(32), "OW")
    )
    return FrameContext.from_header(read_header(stream), stream)


def test_a_context_takes_what_the_header_says():
    context = context_of({0x00281052: "-1024", 0x00281053: "2"})
    assert (context.rows, context.columns, context.bits_stored) == (4, 4, 12)
    assert (context.slope, context.intercept) == (2.0, -1024.0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({0x00281053: "0", 0x00281052: "5"}, {"slope": 1.0, "intercept": 0.0}),
        ({0x00281053: "abc"}, {"slope": 1.0}),
        ({0x00280101: 20}, {"bits_stored": 16, "high_bit": 15}),
        ({0x00280102: 3}, {"high_bit": 11}),
        ({0x00280100: 0, 0x00280101: 0}, {"bits_allocated": 8}),
        ({0x00280002: 0}, {"samples": 1}),
        ({0x00280004: None}, {"photometric": "MONOCHROME2"}),
        ({0x00280004: "MONOCHROME1"}, {"inverse": True}),
    ],
)
def test_contradictions_are_settled(values, expected):
    context = context_of(values)
    assert {name: getattr(context, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("centers", "widths", "windows"),
    [
        ("40", "400", [(40, 400)]),
        ("40\\-600", "400\\1500", [(40, 400), (-600, 1500)]),
        ("40\\50", "0\\100", [(50, 100)]),
        ("40", "-5", []),
        ("40", "", []),
        ("a", "b", []),
    ],
)
def test_windows_of_the_header(centers, widths, windows):
    tail = element(0x00281050, centers.encode(), "DS") + element(0x00281051, widths.encode(), "DS")
    found = [(window.center, window.width) for window in context_of({}, tail).windows]
    assert found == windows


def palette_header(descriptor: tuple[int, int, int], data: bytes, segmented: bool = False) -> bytes:
    raw = struct.pack("<3H", *descriptor)
    heads = b"".join(element(0x00281101 + n, raw, "US") for n in range(3))
    first = 0x00281221 if segmented else 0x00281201
    return heads + b"".join(element(first + n, data, "OW") for n in range(3))


@pytest.mark.parametrize(
    ("descriptor", "data", "segmented", "expected"),
    [
        ((3, 0, 16), struct.pack("<3H", 0, 0x8000, 0xFFFF), False, [0, 128, 255]),
        ((3, 0, 16), struct.pack("<3H", 0, 128, 255), False, [0, 128, 255]),
        ((4, 0, 8), bytes([0, 1, 2, 3]), False, [0, 1, 2, 3]),
        ((5, 0, 16), struct.pack("<6H", 0, 1, 0, 1, 4, 0xFFFF), True, [0, 64, 128, 191, 255]),
        ((4, 0, 16), struct.pack("<8H", 0, 2, 0xFFFF, 0, 2, 1, 0, 0), True, [255, 0, 255, 0]),
    ],
)
def test_palettes_plain_and_segmented(descriptor, data, segmented, expected):
    context = context_of({0x00280004: "PALETTE COLOR"}, palette_header(descriptor, data, segmented))
    assert context.palette is not None
    assert context.palette.colours[:, 0].tolist() == expected


@given(st.tuples(*[st.integers(0, 65535)] * 3), st.binary(max_size=64), st.booleans())
def test_any_palette_is_read_or_left_out(descriptor, data, segmented):
    data += b"\0" * (len(data) % 2)
    context = context_of({0x00280004: "PALETTE COLOR"}, palette_header(descriptor, data, segmented))
    if context.palette is not None:
        assert 0 < len(context.palette.colours) <= 65536
