"""Frames found by offset tables, fragments and markers, and kept as a packed index."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomkit.errors import DicomkitError, Part10Error, PixelError
from dicomkit.frames import FrameIndex, index_frames, read_frame
from dicomkit.part10 import read_header
from tests.factories.dicom import CT_IMAGE, ct_values, element, elements, file_meta

JPEG = "1.2.840.10008.1.2.4.50"
RLE = "1.2.840.10008.1.2.5"
VIDEO = "1.2.840.10008.1.2.4.102"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
SOI = b"\xff\xd8\xff\xe0"


def item(data: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(data)) + data


def encapsulated(
    fragments: list[bytes],
    *,
    frames: int,
    table: list[int] | None = None,
    extended: list[int] | None = None,
    syntax: str = JPEG,
) -> io.BytesIO:
    """Return a file with these fragments."""
    values = ct_values() | {0x00280008: frames}
    body = elements(values)
    if extended is not None:
        size = 8 * len(extended)
        body += struct.pack("<HH2sHI", 0x7FE0, 0x0001, b"OV", 0, size)
        body += struct.pack(f"<{len(extended)}Q", *extended)
        body += struct.pack("<HH2sHI", 0x7FE0, 0x0002, b"OV", 0, size) + bytes(size)
    body += struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF)
    body += item(struct.pack(f"<{len(table or [])}I", *(table or [])))
    body += b"".join(map(item, fragments)) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return io.BytesIO(file_meta(CT_IMAGE, "1.2.3", syntax) + body)


def frames_of(stream: io.BytesIO) -> list[bytes]:
    index = index_frames(stream, read_header(stream))
    index = FrameIndex.unpack(index.pack())
    return [read_frame(stream, index, n) for n in range(index.count)]


def starts(fragments: list[bytes], firsts: list[int]) -> list[int]:
    """Return what an offset table says for frames that begin with these fragments."""
    places = [0]
    for fragment in fragments:
        places.append(places[-1] + 8 + len(fragment))
    return [places[first] for first in firsts]


@given(
    st.lists(
        st.lists(st.binary(min_size=2, max_size=20), min_size=1, max_size=4),
        min_size=2,
        max_size=6,
    ),
    st.sampled_from(["basic", "extended"]),
)
def test_frames_of_many_fragments_by_an_offset_table(groups, kind):
    fragments = [fragment for group in groups for fragment in group]
    firsts = [sum(len(one) for one in groups[:n]) for n in range(len(groups))]
    offsets = starts(fragments, firsts)
    tables = {"table": offsets} if kind == "basic" else {"extended": offsets}
    stream = encapsulated(fragments, frames=len(groups), **tables)
    assert frames_of(stream) == [b"".join(group) for group in groups]


def test_a_fragment_for_each_frame_needs_no_table():
    assert frames_of(encapsulated([b"one ", b"two ", b"3333"], frames=3)) == [
        b"one ",
        b"two ",
        b"3333",
    ]


def test_one_frame_takes_every_fragment():
    assert frames_of(encapsulated([SOI + b"a", b"bc", b"de"], frames=1)) == [SOI + b"abcde"]


def test_without_a_table_frames_begin_with_their_marker():
    fragments = [SOI + b"a", b"b1", SOI + b"c", b"d2", b"e3"]
    assert frames_of(encapsulated(fragments, frames=2)) == [SOI + b"ab1", SOI + b"cd2e3"]


@pytest.mark.parametrize("table", [[0, 3], [0, 999], [8, 20], [0], [0, 0], [20, 0]])
def test_a_wrong_offset_table_is_ignored(table):
    fragments = [SOI + b"a", b"b1", SOI + b"c", b"d2"]
    stream = encapsulated(fragments, frames=2, table=table)
    assert frames_of(stream) == [SOI + b"ab1", SOI + b"cd2"]


def test_fewer_fragments_than_frames():
    stream = encapsulated([b"aa", b"bb"], frames=5)
    index = index_frames(stream, read_header(stream))
    assert (index.count, index.declared) == (2, 5)
    with pytest.raises(PixelError) as caught:
        index.ranges(2)
    assert caught.value.reason == "no-frame"


def test_a_video_is_one_stream():
    stream = encapsulated([b"aa", b"bb"], frames=100, syntax=VIDEO)
    index = index_frames(stream, read_header(stream))
    assert index.stream and not index.addressable
    assert frames_of(stream) == [b"aabb"]


def test_damaged_fragments_are_refused():
    stream = encapsulated([b"aaaa"], frames=1)
    damaged = stream.getvalue().replace(item(b"aaaa"), b"\x01\x02\x03\x04" + item(b"aaaa")[4:])
    stream = io.BytesIO(damaged)
    with pytest.raises(Part10Error) as caught:
        index_frames(stream, read_header(stream))
    assert caught.value.reason == "fragments"


def native(pixels: bytes, **changes: int | str | None) -> io.BytesIO:
    tags = {"frames": 0x00280008, "bits": 0x00280100, "samples": 0x00280002}
    tags |= {"photometric": 0x00280004, "rows": 0x00280010, "columns": 0x00280011}
    values = ct_values() | {tags[name]: value for name, value in changes.items()}
    body = elements(values) + element(0x7FE00010, pixels, "OW")
    return io.BytesIO(file_meta(CT_IMAGE, "1.2.3") + body)


def test_native_frames_are_computed():
    pixels = bytes(range(96))
    assert frames_of(native(pixels, frames=3)) == [pixels[:32], pixels[32:64], pixels[64:]]


def test_native_frames_that_are_not_there_do_not_count():
    stream = native(bytes(80), frames=1000)
    index = index_frames(stream, read_header(stream))
    assert (index.count, index.declared, index.addressable) == (2, 1000, True)


@pytest.mark.parametrize("changes", [{"rows": 0}, {"columns": 0}, {"rows": None}])
def test_no_shape_no_frames(changes):
    stream = native(bytes(32), **changes)
    assert index_frames(stream, read_header(stream)).count == 0


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 5), st.randoms())
def test_single_bits_need_not_begin_at_a_byte(rows, columns, frames, chance):
    bits = np.array([chance.getrandbits(1) for _ in range(rows * columns * frames)], np.uint8)
    pixels = np.packbits(bits, bitorder="little").tobytes()
    pixels += bytes(len(pixels) % 2)
    stream = native(pixels, rows=rows, columns=columns, frames=frames, bits=1)
    for number, data in enumerate(frames_of(stream)):
        size = rows * columns
        unpacked = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[:size]
        assert unpacked.tolist() == bits[number * size : (number + 1) * size].tolist()


@pytest.mark.parametrize(("photometric", "size"), [("YBR_FULL_422", 32), ("YBR_PARTIAL_420", 24)])
def test_subsampled_colours_take_less(photometric, size):
    stream = native(bytes(2 * size), frames=2, bits=8, samples=3, photometric=photometric)
    assert [len(data) for data in frames_of(stream)] == [size, size]


def test_narrow_pixels_in_big_endian_words_come_in_order():
    values = {0x00280008: 2, 0x00280100: 8, 0x00280010: 1, 0x00280011: 3}
    parts = []
    for tag, value in sorted((ct_values() | values).items()):
        raw = element_big(tag, value)
        parts.append(raw)
    pixels = bytes([2, 1, 4, 3, 6, 5])  # words, the high byte first
    parts.append(struct.pack(">HH2sHI", 0x7FE0, 0x0010, b"OW", 0, 6) + pixels)
    stream = io.BytesIO(file_meta(CT_IMAGE, "1.2.3", BIG_ENDIAN) + b"".join(parts))
    assert frames_of(stream) == [bytes([1, 2, 3]), bytes([4, 5, 6])]


def element_big(tag: int, value: object) -> bytes:
    little = elements({tag: value})
    raw = little[8:]
    vr = little[4:6]
    if vr == b"US":
        raw = raw[::-1]
    return struct.pack(">HH2sH", tag >> 16, tag & 0xFFFF, vr, len(raw)) + raw


def test_deflated_frames_are_not_addressable_but_read():
    body = elements(ct_values()) + element(0x7FE00010, bytes(range(32)), "OW")
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(body) + packer.flush()
    stream = io.BytesIO(file_meta(CT_IMAGE, "1.2.3", "1.2.840.10008.1.2.1.99") + packed)
    assert not index_frames(stream, read_header(stream)).addressable
    assert frames_of(stream) == [bytes(range(32))]


def test_a_codestream_without_encapsulation_is_one_frame():
    values = ct_values()
    data = file_meta(CT_IMAGE, "1.2.3", JPEG) + elements(values)
    stream = io.BytesIO(data + element(0x7FE00010, SOI + b"abcd", "OB"))
    assert frames_of(stream) == [SOI + b"abcd"]


@given(st.binary(max_size=200))
def test_unpacking_anything_gives_an_index_or_an_error(packed):
    try:
        index = FrameIndex.unpack(packed)
    except DicomkitError as error:
        assert error.reason == "index"
    else:
        assert index.count >= 0


@given(st.binary(max_size=400), st.integers(0, 40))
def test_any_pixel_data_is_indexed_or_refused(tail, frames):
    values = ct_values() | {0x00280008: frames}
    head = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF)
    stream = io.BytesIO(file_meta(CT_IMAGE, "1.2.3", JPEG) + elements(values) + head + tail)
    try:
        index = index_frames(stream, read_header(stream))
        for number in range(min(index.count, 3)):
            read_frame(stream, index, number)
    except DicomkitError:
        return
    assert index.count <= max(1, frames)
