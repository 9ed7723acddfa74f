"""DICOM JSON beside pydicom's, value by value, and what JSON cannot hold."""

import io
import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicomkit.dicom_json import bulk_value, instance_json
from dicomkit.errors import Part10Error
from dicomkit.part10 import read_header
from tests.factories.dicom import CT_IMAGE, ct_values, element, elements, file_meta, part10
from tests.reference_json import comparable


def told(data: bytes) -> dict:
    return json.loads(instance_json(io.BytesIO(data), bulk_uri="http://x/i"))


def told_of(*tail: bytes) -> dict:
    return told(part10(ct_values()) + b"".join(tail))


def long_element(tag: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, len(value)) + value


_TEXT = st.text(st.characters(categories=("L", "N", "Zs"), exclude_characters="\\^="), max_size=20)
_VALUES = {
    "PatientName": _TEXT,
    "PatientID": _TEXT,
    "PatientComments": _TEXT,
    "ImageType": st.lists(st.sampled_from(["ORIGINAL", "PRIMARY", "AXIAL"]), max_size=3),
    "SliceThickness": st.decimals(-9999, 9999, places=3).map(str),
    "ImagePositionPatient": st.lists(st.integers(-999, 999).map(str), min_size=3, max_size=3),
    "InstanceNumber": st.integers(-(2**31), 2**31 - 1),
    "Rows": st.integers(0, 65535),
    "PixelAspectRatio": st.lists(st.integers(0, 999), min_size=2, max_size=2),
    "FrameIncrementPointer": st.sampled_from([0x00181063, 0x00181065]),
    "TableAngle": st.floats(allow_nan=False, allow_infinity=False),
    "SimpleFrameList": st.lists(st.integers(0, 2**32 - 1), max_size=4),
    "StudyDate": st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)),
    "StudyDescription": _TEXT,
    "ICCProfile": st.binary(max_size=30).map(lambda data: data + b"\0" * (len(data) % 2)),
}


@settings(max_examples=60)
@given(
    st.fixed_dictionaries({}, optional=_VALUES),
    st.lists(
        st.fixed_dictionaries({}, optional={"CodeMeaning": _TEXT, "LongCodeValue": _TEXT}),
        max_size=3,
    ),
    st.sampled_from([ImplicitVRLittleEndian, ExplicitVRLittleEndian]),
)
def test_any_values_mean_what_pydicom_makes_of_them(values, items, syntax):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = CT_IMAGE
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "1.2.3"
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ProcedureCodeSequence = []
    for codes in items:
        item = Dataset()
        item.update({keyword: value for keyword, value in codes.items()})
        ds.ProcedureCodeSequence.append(item)
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    buffer = io.BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    theirs = dcmread(io.BytesIO(buffer.getvalue())).to_json_dict()
    assert comparable(told(buffer.getvalue())) == comparable(theirs)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"1.50", [1.5]),
        (b" -0.5 \\ 3", [-0.5, 3]),
        (b"1e3", [1000.0]),
        (b"+2", [2.0]),
        (b"1,5", ["1,5"]),
        (b"NaN", None),
        (b"\\\\", [None, None, None]),
        (b"1\\\\2", [1, None, 2]),
        (b"1" * 40, [float("1" * 40)]),
        (b"1e999", None),
        (b"", None),
    ],
)
def test_decimal_strings(value, expected):
    found = told_of(element(0x00280030, value, "DS"))["00280030"]
    assert found.get("Value") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"007", [7]),
        (b"12\\-3", [12, -3]),
        (b"9007199254740993", ["9007199254740993"]),
        (b"1.5", ["1.5"]),
        (b"2.0", [2]),
        (b"1A", ["1A"]),
    ],
)
def test_integer_strings(value, expected):
    assert told_of(element(0x00281040, value, "IS"))["00281040"]["Value"] == expected


def test_numbers_that_json_cannot_hold():
    found = told_of(
        long_element(0x00720083, b"UV", struct.pack("<2Q", 2**53, 5)),
        element(0x00741056, struct.pack("<2d", float("nan"), 1.5), "FD"),
    )
    assert found["00720083"]["Value"] == ["9007199254740992", 5]
    assert found["00741056"]["Value"] == [None, 1.5]


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("A^B", {"Alphabetic": "A^B"}),
        ("A=B=C", {"Alphabetic": "A", "Ideographic": "B", "Phonetic": "C"}),
        ("=B", {"Ideographic": "B"}),
        ("==C", {"Phonetic": "C"}),
        ('"A"^<b>', {"Alphabetic": '"A"^<b>'}),
    ],
)
def test_name_groups(name, groups):
    data = part10(ct_values() | {0x00100010: name})
    assert told(data)["00100010"]["Value"] == [groups]


def test_control_characters_and_quotes_are_escaped():
    text = 'a"b\\c\td\x01'
    found = told_of(long_element(0x00104001, b"UT", text.encode()))
    assert found["00104001"]["Value"] == [text]


def test_empty_values_have_no_value():
    data = part10(ct_values() | {0x00080050: "", 0x00080090: ""})
    assert told(data)["00080050"] == {"vr": "SH"}
    assert told(data)["00080090"] == {"vr": "PN"}


def test_short_binary_is_inline_and_long_is_bulk():
    found = told_of(
        long_element(0x00282000, b"OB", b"\1\2\3\4"), long_element(0x00420011, b"OB", bytes(2000))
    )
    assert found["00282000"] == {"vr": "OB", "InlineBinary": "AQIDBA=="}
    assert found["00420011"] == {"vr": "OB", "BulkDataURI": "http://x/i/bulkdata/00420011"}


def test_pixel_data_is_always_bulk():
    found = told(part10(ct_values(), bytes(2)))
    assert found["7FE00010"] == {"vr": "OW", "BulkDataURI": "http://x/i/bulkdata/7FE00010"}


def nested_bulk() -> tuple[bytes, str]:
    inner = long_element(0x54001010, b"OW", bytes(range(256)) * 400)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(inner)) + inner
    return part10(ct_values()) + long_element(0x54000100, b"SQ", item * 2), "54000100/1/54001010"


def test_bulk_data_in_items_is_found_by_its_path():
    data, path = nested_bulk()
    item = told(data)["54000100"]["Value"][1]
    assert item["54001010"]["BulkDataURI"] == f"http://x/i/bulkdata/{path}"
    stream = io.BytesIO(data)
    header = read_header(stream)
    assert bulk_value(stream, header, path, maximum=200_000) == bytes(range(256)) * 400
    with pytest.raises(Part10Error) as caught:
        bulk_value(stream, header, path, maximum=100)
    assert caught.value.reason == "value-size"


@pytest.mark.parametrize(
    "path",
    ["", "/", "54000100", "54000100/9/54001010", "54000100/1/00100010", "54000100/1", "x/1/y",
     "54000100/-1/54001010", "54000100/1/54001010/0/54001010", "../00100010",
     "54000100/1e1/54001010"],
)  # fmt: skip
def test_paths_that_lead_nowhere(path):
    stream = io.BytesIO(nested_bulk()[0])
    assert bulk_value(stream, read_header(stream), path, maximum=200_000) is None


@given(st.text(max_size=40))
def test_any_path_is_an_answer(path):
    stream = io.BytesIO(nested_bulk()[0])
    bulk_value(stream, read_header(stream), path, maximum=200_000)


def test_a_damaged_sequence_is_told_as_far_as_it_goes():
    good = struct.pack("<HHI", 0xFFFE, 0xE000, 14) + element(0x00080100, b"121071", "SH")
    data = part10(ct_values()) + long_element(0x0040A730, b"SQ", good + b"\1\2\3\4\5\6\7\x08")
    (item,) = told(data)["0040A730"]["Value"]
    assert item["00080100"]["Value"] == ["121071"]


def test_group_lengths_and_file_meta_are_left_out():
    length = struct.pack("<HH2sHI", 0x0008, 0x0000, b"UL", 4, 100)
    data = file_meta(CT_IMAGE, "1.2.3") + length + elements(ct_values())
    assert not any(tag.endswith("0000") or tag.startswith("0002") for tag in told(data))


def test_tags_are_written_as_hexadecimal():
    found = told_of(element(0x00280009, b"\x18\x00\x63\x10", "AT"))
    assert found["00280009"]["Value"] == ["00181063"]
