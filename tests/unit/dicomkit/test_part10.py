"""Reading headers: every layout of PS3.5, files that are not what they say, limits."""

import io
import struct
import zlib
from dataclasses import replace

import pytest
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicomkit import tags
from dicomkit.errors import Part10Error
from dicomkit.part10 import (
    DEFAULT,
    check_identity,
    is_valid_uid,
    read_header,
    read_range,
    read_value,
)
from tests.factories.dicom import ct_file, ct_values, element, elements, file_meta, part10

SYNTAXES = [
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]


def written(syntax: str, **changes: object) -> bytes:
    """Return a small object as pydicom writes it."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "1.2.3.4"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.1"
    ds.SpecificCharacterSet, ds.PatientName = "ISO_IR 100", "Müller^Jörg"
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.SamplesPerPixel = 2, 3, 16, 1
    ds.PixelRepresentation, ds.SmallestImagePixelValue = 1, -5
    ds.WindowCenter, ds.RescaleSlope = ["40.5", "-600"], "0.5"
    item = Dataset()
    item.ScheduledProcedureStepID = "SPS1"
    ds.RequestAttributesSequence = [item]
    ds.PixelData = bytes(range(12))
    for name, value in changes.items():
        setattr(ds, name, value)
    buffer = io.BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


def read(data: bytes, **limits: int):
    return read_header(io.BytesIO(data), limits=replace(DEFAULT, **limits))


def reason_of(data: bytes, **limits: int) -> str:
    with pytest.raises(Part10Error) as caught:
        read(data, **limits)
    assert str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_layout_gives_the_same_values(syntax):
    header = read(written(syntax))
    assert header.transfer_syntax_uid == syntax
    assert header.media_sop_instance_uid == "1.2.3.4"
    assert header.get_text(tags.PATIENT_NAME) == "Müller^Jörg"
    assert header.get_int(tags.ROWS) == 2
    assert header.get_int(0x00280106) == -5  # US or SS, by Pixel Representation
    assert header.get_floats(tags.WINDOW_CENTER) == [40.5, -600.0]
    assert header.get_values(tags.WINDOW_CENTER) == ["40.5", "-600"]
    (item,) = header.sequence(tags.REQUEST_ATTRIBUTES_SEQUENCE)
    assert item.get_text(0x00400009) == "SPS1"
    assert header.character_sets == ("ISO_IR 100",)
    assert header.deflated == (syntax == DeflatedExplicitVRLittleEndian)
    assert header.pixel_data is not None
    assert (header.pixel_data.tag, header.pixel_data.length) == (tags.PIXEL_DATA, 12)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_offsets_lead_to_the_pixels(syntax):
    data = written(syntax)
    stream = io.BytesIO(data)
    header = read_header(stream)
    pixels = read_range(stream, header, header.pixel_data.offset, header.pixel_data.length)
    little = bytes(range(12))
    big = b"".join(little[i + 1 : i - 1 : -1] if i else little[1::-1] for i in range(0, 12, 2))
    assert pixels in (little, big)
    assert header.pixel_data_complete


def test_an_object_without_preamble():
    header = read(written(ExplicitVRLittleEndian)[128:])
    assert header.preamble == b"" and header.get_text(tags.STUDY_INSTANCE_UID) == "1.2.3"


@pytest.mark.parametrize("syntax", SYNTAXES[:3])
def test_a_bare_data_set_tells_its_layout(syntax):
    data = written(syntax)
    bare = data[read(data).data_offset :]
    header = read(bare)
    assert header.transfer_syntax_uid == syntax
    assert header.get_text(tags.PATIENT_NAME) == "Müller^Jörg"


def test_implicit_elements_under_an_explicit_syntax():
    data = written(ImplicitVRLittleEndian)
    meta_end = read(data).data_offset
    meta = file_meta("1.2.840.10008.5.1.4.1.1.2", "1.2.3.4", ExplicitVRLittleEndian)
    assert read(meta + data[meta_end:]).get_text(tags.PATIENT_NAME) == "Müller^Jörg"


def test_a_wrong_byte_order_is_refused():
    data = written(ExplicitVRLittleEndian)
    meta = file_meta("1.2.840.10008.5.1.4.1.1.2", "1.2.3.4", ExplicitVRBigEndian)
    assert reason_of(meta + data[read(data).data_offset :]) == "transfer-syntax"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (bytes(128) + b"DICM", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not-dicom"),
        (b"hello, this is text" * 20, "not-dicom"),
        (ct_file()[:300], "truncated"),
    ],
)
def test_what_is_no_object(data, reason):
    assert reason_of(data) == reason


def test_every_prefix_is_read_or_refused():
    data = ct_file(changes={0x00400275: [{0x00400009: "S"}]})
    for length in range(len(data)):
        try:
            header = read(data[:length])
        except Part10Error:
            continue
        assert header.elements


def test_pixel_data_that_ends_early_is_noticed():
    assert read(ct_file()).pixel_data_complete
    assert not read(ct_file()[:-1]).pixel_data_complete


def encapsulated(*fragments: bytes, delimiter: bool = True) -> bytes:
    items = b"".join(
        struct.pack("<HHI", 0xFFFE, 0xE000, len(fragment)) + fragment
        for fragment in (b"", *fragments)
    )
    head = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF)
    end = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) if delimiter else b""
    meta = file_meta("1.2.840.10008.5.1.4.1.1.2", "1.2.3", "1.2.840.10008.1.2.4.50")
    return meta + elements(ct_values()) + head + items + end


def test_fragments_that_end_early_are_noticed():
    whole = encapsulated(b"abcd", b"efgh")
    assert read(whole).pixel_data.length is None
    assert read(whole).pixel_data_complete
    assert not read(encapsulated(b"abcd", delimiter=False)).pixel_data_complete
    assert not read(whole[:-10]).pixel_data_complete


def test_long_values_are_located_and_read_on_demand():
    value = bytes(range(256)) * 400
    data = part10(ct_values() | {0x00400275: None}) + element(0x00420011, value, "OB")
    stream = io.BytesIO(data)
    header = read_header(stream)
    found = header.elements[0x00420011]
    assert found.value is None and found.length == len(value)
    assert read_value(stream, header, 0x00420011, maximum=len(value)) == value
    assert read_value(stream, header, 0x00420012, maximum=9) is None
    with pytest.raises(Part10Error) as caught:
        read_value(stream, header, 0x00420011, maximum=len(value) - 1)
    assert caught.value.reason == "value-size"


def test_a_value_longer_than_the_file_is_truncated():
    lie = struct.pack("<HH2sHI", 0x0009, 0x1001, b"UN", 0, 0x7FFFFFFF)
    assert reason_of(part10(ct_values()) + lie) == "truncated"


# Limits


def nested(depth: int, *, undefined: bool = True) -> bytes:
    """Return Content Sequence nested `depth` times."""
    inner = b""
    for _ in range(depth):
        item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF if undefined else len(inner)) + inner
        item += struct.pack("<HHI", 0xFFFE, 0xE00D, 0) if undefined else b""
        length = 0xFFFFFFFF if undefined else len(item)
        inner = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, length) + item
        inner += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) if undefined else b""
    return part10(ct_values()) + inner


@pytest.mark.parametrize("undefined", [True, False])
def test_nesting_is_bounded(undefined):
    assert read(nested(60, undefined=undefined)).elements[0x0040A730].vr == "SQ"
    for depth in (100, 1000):
        assert reason_of(nested(depth, undefined=undefined)) == "nesting"


def test_a_hundred_thousand_levels_are_refused_without_recursion():
    head = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    assert reason_of(part10(ct_values()) + (head + item) * 100_000) == "nesting"


def test_the_number_of_elements_is_bounded():
    many = b"".join(element(0x00090000 + n, b"", "LO") for n in range(0x10, 0x10 + 60_000))
    assert reason_of(part10(ct_values()) + many) == "elements"


def test_the_number_of_items_is_bounded():
    items = struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 2000
    sequence = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF) + items
    sequence += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    assert reason_of(part10(ct_values()) + sequence, max_nested=1000) == "elements"


def test_the_kept_bytes_are_bounded():
    values = b"".join(element(0x00091000 + n, bytes(1000), "UN") for n in range(100))
    assert reason_of(part10(ct_values()) + values, max_header=50_000) == "header-size"


def deflated(data_set: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    meta = file_meta("1.2.840.10008.5.1.4.1.1.2", "1.2.3", DeflatedExplicitVRLittleEndian)
    return meta + packer.compress(data_set) + packer.flush()


def test_a_deflate_bomb_is_refused():
    bomb = elements(ct_values()) + element(0x00420011, bytes(40_000_000), "OB")
    data = deflated(bomb)
    assert len(data) < 60_000
    assert reason_of(data, max_inflated=1_000_000) == "inflate-limit"


def test_a_damaged_deflated_data_set_is_refused():
    data = deflated(elements(ct_values()))
    head = read(data).data_offset
    assert reason_of(data[:head] + b"\xff" * 64) == "deflate"


# Identity


@pytest.mark.parametrize("uid", ["1", "1.2", "1.2.840.0.01", "1" * 64])
def test_valid_uids(uid):
    assert is_valid_uid(uid)


@pytest.mark.parametrize(
    "uid", ["", ".", "1.", ".1", "1..2", "1.2a", "1.2 ", "1.2\0", "../etc", "1" * 65, "١.٢", "1\n"]
)
def test_invalid_uids(uid):
    assert not is_valid_uid(uid)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        (tags.SOP_CLASS_UID, "sop-class-uid"),
        (tags.SOP_INSTANCE_UID, "sop-instance-uid"),
        (tags.STUDY_INSTANCE_UID, "study-instance-uid"),
        (tags.SERIES_INSTANCE_UID, "series-instance-uid"),
    ],
)
@pytest.mark.parametrize(
    ("value", "prefix"), [(None, "missing"), ("", "missing"), ("1/2", "invalid")]
)
def test_identity_must_be_stated(tag, name, value, prefix):
    header = read(ct_file(changes={tag: value}))
    with pytest.raises(Part10Error) as caught:
        check_identity(header, meta_must_agree=False)
    assert caught.value.reason == f"{prefix}-{name}"


def test_a_nul_inside_a_uid_does_not_vanish():
    header = read(ct_file(changes={tags.SOP_INSTANCE_UID: b"1.2\x003.4"}))
    with pytest.raises(Part10Error) as caught:
        check_identity(header, meta_must_agree=False)
    assert caught.value.reason == "invalid-sop-instance-uid"


def test_file_meta_of_another_object():
    values = ct_values()
    data = file_meta(values[0x00080016], "9.9.9") + elements(values)
    check_identity(read(data), meta_must_agree=False)
    with pytest.raises(Part10Error) as caught:
        check_identity(read(data))
    assert caught.value.reason == "uid-mismatch"


def test_a_dicomdir_is_no_object():
    data = file_meta("1.2.840.10008.1.3.10", "1.2.3") + elements(ct_values())
    with pytest.raises(Part10Error) as caught:
        check_identity(read(data))
    assert caught.value.reason == "dicomdir"
