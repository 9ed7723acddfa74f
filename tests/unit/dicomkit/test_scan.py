"""Elements as they really come: undefined lengths, forgotten delimiters, unknown VRs, padding."""

import io
import struct

from dicomkit.part10 import read_header
from tests.factories.dicom import CT_IMAGE, ct_values, element, elements, file_meta

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
ITEM, ITEM_END, SEQUENCE_END = 0xE000, 0xE00D, 0xE0DD


def delimiter(number: int, length: int = 0) -> bytes:
    return struct.pack("<HHI", 0xFFFE, number, length)


def long_head(tag: int, vr: bytes, length: int) -> bytes:
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, length)


def implicit(tag: int, value: bytes) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(value)) + value


def header_of(tail: bytes, *, syntax: str = EXPLICIT):
    values = ct_values()
    body = elements(values) if syntax == EXPLICIT else b""
    if syntax == IMPLICIT:
        body = implicit(0x00080016, CT_IMAGE.encode() + b"\0") + implicit(0x00280103, b"\1\0")
    return read_header(io.BytesIO(file_meta(CT_IMAGE, "1.2.3", syntax) + body + tail))


CODE = element(0x00080100, b"121071", "SH")


def test_a_sequence_of_undefined_length():
    sequence = long_head(0x0040A730, b"SQ", 0xFFFFFFFF)
    sequence += delimiter(ITEM, 0xFFFFFFFF) + CODE + delimiter(ITEM_END)
    sequence += delimiter(ITEM, len(CODE)) + CODE + delimiter(SEQUENCE_END)
    header = header_of(sequence + element(0x0040DB00, b"1500", "CS"))
    assert [item.get_text(0x00080100) for item in header.sequence(0x0040A730)] == ["121071"] * 2
    assert header.elements[0x0040A730].undefined
    assert header.get_text(0x0040DB00) == "1500"


def test_a_forgotten_item_delimiter():
    sequence = long_head(0x0040A730, b"SQ", 0xFFFFFFFF)
    sequence += delimiter(ITEM, 0xFFFFFFFF) + CODE + delimiter(SEQUENCE_END)
    header = header_of(sequence + element(0x0040DB00, b"1500", "CS"))
    assert header.sequence(0x0040A730)[0].get_text(0x00080100) == "121071"
    assert header.get_text(0x0040DB00) == "1500"


def test_an_unknown_vr_of_undefined_length_is_an_implicit_sequence():
    inner = implicit(0x00080100, b"121071")
    sequence = long_head(0x00091010, b"UN", 0xFFFFFFFF)
    sequence += delimiter(ITEM, len(inner)) + inner + delimiter(SEQUENCE_END)
    header = header_of(sequence)
    assert header.elements[0x00091010].vr == "SQ"
    assert header.sequence(0x00091010)[0].get_text(0x00080100) == "121071"


def test_a_known_tag_under_an_unknown_vr_gets_its_own():
    header = header_of(long_head(0x00400009, b"UN", 4) + b"SPS1")
    assert header.elements[0x00400009].vr == "SH"


def test_a_vr_that_does_not_exist_yet():
    header = header_of(
        long_head(0x00420099, b"ZZ", 6) + b"future" + element(0x00420100, b"x ", "LO")
    )
    assert header.elements[0x00420099].value == b"future"
    assert header.get_text(0x00420100) == "x"


def test_implicit_choices_follow_pixel_representation():
    header = header_of(implicit(0x00280106, b"\xfb\xff"), syntax=IMPLICIT)
    assert header.elements[0x00280106].vr == "SS"
    assert header.get_int(0x00280106) == -5


def test_private_tags_of_a_known_creator():
    tail = implicit(0x00290010, b"SIEMENS CSA HEADER") + implicit(0x00291008, b"IMAGE NUM 4 ")
    header = header_of(tail, syntax=IMPLICIT)
    assert header.elements[0x00291008].vr == "CS"
    assert header.get_text(0x00291008) == "IMAGE NUM 4"


def test_private_tags_of_an_unknown_creator():
    tail = implicit(0x00290010, b"NOBODY") + implicit(0x00291008, b"\1\2\3\4")
    assert header_of(tail, syntax=IMPLICIT).elements[0x00291008].vr == "UN"


def test_padding_and_trailing_zeros_end_the_data_set():
    header = header_of(long_head(0xFFFCFFFC, b"OB", 4) + bytes(4) + bytes(6))
    assert 0xFFFCFFFC in header
    assert header_of(bytes(512)).get_text(0x00080060) == "CT"


def test_a_stray_delimiter_is_stepped_over():
    header = header_of(delimiter(SEQUENCE_END) + element(0x0040DB00, b"1500", "CS"))
    assert header.get_text(0x0040DB00) == "1500"


def test_pixel_data_in_an_icon_does_not_end_the_data_set():
    icon = element(0x7FE00010, bytes(4), "OW")
    sequence = long_head(0x00880200, b"SQ", 8 + len(icon)) + delimiter(ITEM, len(icon)) + icon
    header = header_of(sequence + element(0x0040DB00, b"1500", "CS"))
    assert header.pixel_data is None
    assert header.get_text(0x0040DB00) == "1500"


def test_character_sets_are_inherited_by_items():
    name = "Иванов".encode("iso8859_5")
    inner = element(0x00081070, name, "PN")
    other = element(0x00080005, b"ISO_IR 192", "CS") + element(0x00081070, "Ł".encode(), "PN")
    sequence = long_head(0x00400275, b"SQ", 16 + len(inner) + len(other))
    sequence += delimiter(ITEM, len(inner)) + inner + delimiter(ITEM, len(other)) + other
    values = ct_values() | {0x00080005: "ISO_IR 144"}
    data = file_meta(CT_IMAGE, "1.2.3") + elements(values) + sequence
    first, second = read_header(io.BytesIO(data)).sequence(0x00400275)
    assert first.get_text(0x00081070) == "Иванов"
    assert second.get_text(0x00081070) == "Ł"
