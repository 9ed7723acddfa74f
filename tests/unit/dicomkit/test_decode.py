"""Frames decoded: every kind of pixel, every codec, damage and bombs."""

import struct
import zlib
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydicom.pixels.utils import pack_bits

from dicomkit.colour import expand_422, ybr_to_rgb
from dicomkit.context import FrameContext
from dicomkit.errors import DicomkitError, PixelError
from dicomkit.pixels import can_decode, decode_frame, native_photometric, to_native

NATIVE = "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
JPEG, JPEG_LOSSLESS = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70"
JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"
HTJ2K, JPEG_XL = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.110"
RLE, DEFLATED_FRAME = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1"


def grey(bits: int = 16, *, signed: bool = False, rows: int = 6, columns: int = 5) -> FrameContext:
    return FrameContext(
        rows,
        columns,
        bits_allocated=bits,
        bits_stored=bits,
        high_bit=bits - 1,
        signed=signed,
    )


def colour(photometric: str = "RGB", *, planar: bool = False) -> FrameContext:
    return FrameContext(
        6, 8, 3, photometric, bits_allocated=8, bits_stored=8, high_bit=7, planar=planar
    )


def picture(context: FrameContext, seed: int = 0) -> np.ndarray:
    """Return a smooth picture that fits the context."""
    dtype = f"{'i' if context.signed else 'u'}{context.bits_allocated // 8}"
    shape = (context.rows, context.columns, context.samples)
    ramp = np.add.outer(np.arange(context.rows) * 7, np.arange(context.columns) * 3)
    data = np.repeat(ramp[..., None], context.samples, 2) + np.arange(context.samples) * 20 + seed
    data = data - 60 if context.signed else data
    return data.reshape(shape[: 2 if context.samples == 1 else 3]).astype(dtype)


def reason(data: bytes, context: FrameContext, syntax: str) -> str:
    with pytest.raises(PixelError) as caught:
        decode_frame(data, context, syntax)
    assert str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("signed", [False, True])
def test_native_pixels(bits, signed):
    context = grey(bits, signed=signed)
    pixels = picture(context)
    little = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    assert np.array_equal(decode_frame(little, context, NATIVE), pixels)
    big = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
    big_endian = replace(context, big_endian=True)
    assert np.array_equal(decode_frame(big, big_endian, BIG_ENDIAN), pixels)
    assert to_native(big, big_endian, BIG_ENDIAN) == little


@given(arrays.arrays(np.uint16, (6, 5)), st.integers(1, 16), st.integers(0, 15), st.booleans())
def test_bits_outside_of_the_stored_ones_are_dropped(pixels, stored, shift, signed):
    high = min(15, stored - 1 + shift)
    context = replace(grey(16, signed=signed), bits_stored=stored, high_bit=high)
    expected = (pixels.astype(int) >> (high + 1 - stored)) & ((1 << stored) - 1)
    if signed:
        expected = np.where(expected >> (stored - 1) == 1, expected - (1 << stored), expected)
    assert np.array_equal(decode_frame(pixels.astype("<u2").tobytes(), context, NATIVE), expected)


@given(arrays.arrays(np.uint8, (6, 5), elements=st.integers(0, 1)))
def test_single_bits(pixels):
    context = grey(1)
    packed = pack_bits(pixels)
    assert np.array_equal(decode_frame(packed, context, NATIVE), pixels)
    assert to_native(packed, context, NATIVE).rstrip(b"\0") == bytes(packed).rstrip(b"\0")


def test_float_pixels():
    context = replace(grey(32), floating=True)
    pixels = np.linspace(-1, 1, 30, dtype="<f4").reshape(6, 5)
    assert np.array_equal(decode_frame(pixels.tobytes(), context, NATIVE), pixels)


@pytest.mark.parametrize("planar", [False, True])
def test_colour_by_pixel_and_by_plane(planar):
    context = colour(planar=planar)
    pixels = picture(context)
    data = (pixels.transpose(2, 0, 1) if planar else pixels).tobytes()
    assert np.array_equal(decode_frame(data, context, NATIVE), pixels)
    assert to_native(data, context, NATIVE) == pixels.tobytes()
    assert native_photometric(context) == "RGB"


# BT.601 by hand: black, white, red, green, blue.
@pytest.mark.parametrize(
    ("ybr", "rgb"),
    [
        ((0, 128, 128), (0, 0, 0)),
        ((255, 128, 128), (255, 255, 255)),
        ((76, 85, 255), (254, 0, 0)),
        ((150, 44, 21), (0, 255, 1)),
        ((29, 255, 107), (0, 0, 254)),
    ],
)
def test_colours_of_ybr(ybr, rgb):
    pixels = np.array([[ybr]], np.uint8)
    assert np.abs(ybr_to_rgb(pixels, "YBR_FULL").astype(int) - rgb).max() <= 1
    full = np.array([[ybr[0] * 219 / 255 + 16, (ybr[1] - 128) * 224 / 255 + 128,
                      (ybr[2] - 128) * 224 / 255 + 128]])  # fmt: skip
    partial = np.round(full).astype(np.uint8).reshape(1, 1, 3)
    assert np.abs(ybr_to_rgb(partial, "YBR_PARTIAL_422").astype(int) - rgb).max() <= 3


def test_subsampled_chroma():
    data = np.array([10, 20, 100, 200, 30, 40, 110, 210], np.uint8)
    assert expand_422(data, 1, 4).tolist() == [
        [[10, 100, 200], [20, 100, 200], [30, 110, 210], [40, 110, 210]]
    ]
    with pytest.raises(PixelError):
        expand_422(np.zeros(6, np.uint8), 1, 3)
    context = colour("YBR_FULL_422")
    grey_quads = bytes([50, 50, 128, 128]) * 24
    assert np.array_equal(decode_frame(grey_quads, context, NATIVE), np.full((6, 8, 3), 50))


def encoded(pixels: np.ndarray, syntax: str) -> bytes:
    encoders = {
        JPEG_LOSSLESS: lambda x: imagecodecs.jpeg8_encode(x, lossless=True),
        JPEG_LS: imagecodecs.jpegls_encode,
        JPEG_2000: lambda x: imagecodecs.jpeg2k_encode(x, codecformat="j2k", reversible=True),
        HTJ2K: imagecodecs.htj2k_encode,
        JPEG_XL: lambda x: imagecodecs.jpegxl_encode(x, lossless=True),
    }
    return bytes(encoders[syntax](pixels))


@pytest.mark.parametrize("syntax", [JPEG_LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL])
@pytest.mark.parametrize("bits", [8, 16])
def test_lossless_codecs_give_the_pixels_back(syntax, bits):
    context = grey(bits, rows=40, columns=32)
    pixels = picture(context)
    assert np.array_equal(decode_frame(encoded(pixels, syntax), context, syntax), pixels)


@pytest.mark.parametrize("syntax", [JPEG_LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K])
def test_the_sign_of_compressed_pixels_is_in_the_header(syntax):
    context = replace(grey(16, signed=True, rows=40, columns=32), bits_stored=12, high_bit=11)
    pixels = picture(context)
    stored = (pixels & 0x0FFF).astype(np.uint16)
    assert np.array_equal(decode_frame(encoded(stored, syntax), context, syntax), pixels)


@pytest.mark.parametrize("syntax", [JPEG_LS, JPEG_2000, HTJ2K])
def test_lossless_colours(syntax):
    context = colour()
    pixels = picture(context)
    assert np.array_equal(decode_frame(encoded(pixels, syntax), context, syntax), pixels)


def test_jpeg_says_itself_whether_it_is_ybr():
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[..., 0] = 200
    data = bytes(imagecodecs.jpeg8_encode(pixels, level=95))
    for photometric in ("YBR_FULL_422", "RGB", "YBR_FULL"):
        context = replace(colour(photometric), rows=16, columns=16)
        found = decode_frame(data, context, JPEG).astype(int)
        assert np.abs(found - pixels).max() <= 3


def rle(planes: list[bytes]) -> bytes:
    segments = [bytes(imagecodecs.packbits_encode(plane)) for plane in planes]
    segments = [segment + b"\x80" * (len(segment) % 2) for segment in segments]
    offsets, at = [], 64
    for segment in segments:
        offsets.append(at)
        at += len(segment)
    head = struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(segments)))
    return head + b"".join(segments)


@given(arrays.arrays(np.uint16, (6, 5)))
def test_rle_of_words(pixels):
    planes = [(pixels >> 8).astype(np.uint8).tobytes(), pixels.astype(np.uint8).tobytes()]
    assert np.array_equal(decode_frame(rle(planes), grey(), RLE), pixels)


@pytest.mark.parametrize("planar", [False, True])
def test_rle_of_colours(planar):
    context = colour(planar=planar)
    pixels = picture(context)
    data = rle([pixels[..., n].tobytes() for n in range(3)])
    assert np.array_equal(decode_frame(data, context, RLE), pixels)


def test_a_deflated_frame():
    context = grey()
    packer = zlib.compressobj(wbits=-15)
    data = packer.compress(picture(context).astype("<u2").tobytes()) + packer.flush()
    assert np.array_equal(decode_frame(data, context, DEFLATED_FRAME), picture(context))


# Damage


@pytest.mark.parametrize("syntax", [JPEG, JPEG_LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL])
def test_a_frame_that_ends_early_is_an_error_and_no_picture(syntax):
    context = grey(8, rows=64, columns=64)
    pixels = picture(context) ^ np.random.default_rng(1).integers(0, 9, (64, 64), np.uint8)
    if syntax == JPEG:
        data = bytes(imagecodecs.jpeg8_encode(pixels, level=90))
    else:
        data = encoded(pixels, syntax)
    decode_frame(data, context, syntax)
    for part in (0.2, 0.5, 0.9):
        cut = data[: int(len(data) * part)]
        assert reason(cut, context, syntax) in {"truncated", "damaged", "codestream"}


@pytest.mark.parametrize(
    ("data", "syntax", "expected"),
    [
        (b"", NATIVE, "truncated"),
        (bytes(59), NATIVE, "truncated"),
        (b"", JPEG, "codestream"),
        (b"\xff\xd8\xff\xd9", JPEG, "codestream"),
        (bytes(100), JPEG_2000, "codestream"),
        (bytes(100), JPEG_XL, "codestream"),
        (bytes(10), RLE, "codestream"),
        (bytes(64), RLE, "mismatch"),
        (b"\xff" * 20, DEFLATED_FRAME, "damaged"),
        (bytes(60), "1.2.840.10008.1.2.4.102", "unsupported"),
        (bytes(60), "1.2.3.4", "unsupported"),
    ],
)
def test_frames_that_are_none(data, syntax, expected):
    assert reason(data, grey(), syntax) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rows": 0}, "empty"),
        ({"columns": 0}, "empty"),
        ({"rows": 65535, "columns": 65535}, "too-large"),
        ({"samples": 2}, "unsupported"),
        ({"bits_allocated": 12}, "unsupported"),
    ],
)
def test_shapes_that_are_not_decoded(changes, expected):
    assert reason(bytes(100), replace(grey(), **changes), NATIVE) == expected


@pytest.mark.parametrize("syntax", [JPEG_LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL])
@pytest.mark.parametrize(("rows", "columns"), [(41, 32), (40, 33), (4, 3), (4000, 3200)])
def test_a_codestream_of_another_size_than_the_header_says(syntax, rows, columns):
    data = encoded(picture(grey(rows=40, columns=32)), syntax)
    assert reason(data, grey(rows=rows, columns=columns), syntax) == "mismatch"


def test_a_small_codestream_of_a_huge_picture_is_not_decoded():
    """938 bytes of JPEG 2000 that would take 1.3 GB to decode."""
    data = bytearray(encoded(picture(grey(rows=40, columns=32)), JPEG_2000))
    struct.pack_into(">2I", data, 8, 65535, 65535)
    huge = grey(rows=65535, columns=65535)
    assert reason(bytes(data), huge, JPEG_2000) == "too-large"
    assert reason(bytes(data), grey(rows=40, columns=32), JPEG_2000) == "bomb"


def test_deeper_pixels_than_the_header_says():
    data = encoded(picture(grey(rows=40, columns=32)), JPEG_LS)
    shallow = grey(8, rows=40, columns=32)
    assert reason(data, shallow, JPEG_LS) == "mismatch"


_SEEDS = [
    (encoded(picture(grey(8, rows=16, columns=16)), syntax), syntax)
    for syntax in (JPEG_LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL)
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(_SEEDS),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_mutated_codestreams_are_decoded_or_refused(seed, changes):
    data, syntax = bytearray(seed[0]), seed[1]
    for place, value in changes:
        data[place % len(data)] = value
    try:
        pixels = decode_frame(bytes(data), grey(8, rows=16, columns=16), syntax)
    except DicomkitError:
        return
    assert pixels.shape == (16, 16)


def test_what_can_be_decoded():
    assert all(map(can_decode, (NATIVE, JPEG, JPEG_XL, RLE, DEFLATED_FRAME)))
    assert not any(map(can_decode, ("1.2.840.10008.1.2.4.102", "1.2.3")))
