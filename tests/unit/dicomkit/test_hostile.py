"""Whatever the bytes, the parsers answer or refuse: no other error, no endless loop, no flood."""

import io
import json
import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomkit.dicom_json import instance_json
from dicomkit.errors import DicomkitError
from dicomkit.frames import FrameIndex, index_frames, read_frame
from dicomkit.part10 import check_identity, read_header
from dicomkit.pixels import FrameContext, decode_frame, to_display
from tests.factories.dicom import CT_IMAGE, ct_file, ct_values, element, elements, file_meta

SYNTAXES = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2",
            "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.5"]  # fmt: skip
SEQUENCE = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF)
ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
ITEM_END = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
SEQUENCE_END = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
HEAD = file_meta(CT_IMAGE, "1.2.3") + elements(ct_values())
SEEDS = [
    ct_file(changes={0x00400275: [{0x00400009: "SPS"}, {0x00400007: "Chest"}]}),
    b"".join(
        [
            *(HEAD, SEQUENCE, ITEM, element(0x00080100, b"121071", "SH"), ITEM_END, SEQUENCE_END),
            element(0x7FE00010, bytes(32), "OW"),
        ]
    ),
]
PIECES = [
    *(b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\x1b$B"),
    *(b"SQ\0\0", b"UN\0\0", b"OB\0\0"),
    *(ITEM, SEQUENCE, ITEM_END, SEQUENCE_END),
]


def go_through(data: bytes) -> None:
    """Do with `data` all that the archive, DICOMweb and the viewer do."""
    stream = io.BytesIO(data)
    header = read_header(stream)
    json.loads(instance_json(stream, header, bulk_uri="x"))
    for tag in list(header.elements)[:200]:
        header.get_text(tag), header.get_int(tag), header.get_floats(tag)
    index = FrameIndex.unpack(index_frames(stream, header).pack())
    check_identity(header)
    for number in range(min(index.count, 2)):
        context = FrameContext.from_header(header, stream, frame=number)
        frame = read_frame(stream, index, number)
        to_display(decode_frame(frame, context, header.transfer_syntax_uid), context, size=(9, 9))


def survives(data: bytes) -> None:
    try:
        go_through(data)
    except DicomkitError as error:
        assert error.reason and str(error)


@given(st.binary(max_size=600))
def test_random_bytes(data):
    survives(data)


@given(st.sampled_from(SYNTAXES), st.binary(max_size=600))
def test_random_data_sets_under_every_syntax(syntax, data):
    survives(file_meta(CT_IMAGE, "1.2.3", syntax) + data)


@settings(max_examples=400)
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.one_of(
            st.tuples(st.just("set"), st.integers(0, 5000), st.integers(0, 255)),
            st.tuples(st.just("put"), st.integers(0, 5000), st.sampled_from(PIECES)),
            st.tuples(st.just("insert"), st.integers(0, 5000), st.sampled_from(PIECES)),
            st.tuples(st.just("cut"), st.integers(0, 5000), st.integers(1, 60)),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_mutated_objects(seed, changes):
    data = bytearray(seed)
    for kind, place, what in changes:
        at = place % (len(data) or 1)
        if kind == "set" and data:
            data[at] = what
        elif kind == "put":
            data[at : at + len(what)] = what
        elif kind == "insert":
            data[at:at] = what
        elif kind == "cut":
            del data[at : at + what]
    survives(bytes(data))


@given(st.recursive(
    st.binary(max_size=12).map(lambda value: element(0x00080100, value, "SH")),
    lambda inner: st.lists(inner, max_size=4).map(
        lambda parts: SEQUENCE + b"".join(ITEM + part for part in parts)),
    max_leaves=20))  # fmt: skip
def test_sequences_that_never_end(body):
    survives(file_meta(CT_IMAGE, "1.2.3") + elements(ct_values()) + body)


_MIB = 1024 * 1024


@pytest.mark.parametrize(
    "tail",
    [
        (SEQUENCE + ITEM) * 50_000,
        SEQUENCE + ITEM * 100_000,
        SEQUENCE + struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 150_000,
        b"".join(element(0x00091000 + n % 256, b"", "LO") for n in range(200_000)),
        b"".join(
            struct.pack("<HH2sHI", 9 + 2 * n, 0x10, b"UN", 0, 60_000) + bytes(60_000)
            for n in range(40)
        ),
        struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
        + struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 150_000,
    ],
    ids=["depth", "open items", "empty items", "repeated elements", "long values", "fragments"],
)
def test_memory_stays_bounded(tail):
    data = file_meta(CT_IMAGE, "1.2.3") + elements(ct_values()) + tail
    tracemalloc.start()
    try:
        survives(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 160 * _MIB
