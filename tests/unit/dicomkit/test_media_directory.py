"""DICOMDIR: what is written is what pydicom reads by its offsets, whatever is in it."""

import io
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID_dictionary

from dicomkit import part10, tags
from dicomkit.media_directory import DirectoryFile, FileReference, Record, directory_file
from dicomkit.record_keys import NO_DATE, empty_keys, leaf_keys, reads_header
from dicomkit.record_types import prefix_of, record_type_of
from tests.factories.dicom import element, file_meta
from tests.factories.dicom import part10 as file_of

ABOUT = DirectoryFile("2.25.1", "NOCTIS", "2.25.2", "NOCTIS_0_1")
STORAGE = "1.2.840.10008.5.1.4.1.1."
TEXT = st.text("AZ09 äß山", max_size=12).map(str.strip)


def _record(kind: str) -> st.SearchStrategy[Record]:
    return st.builds(
        Record,
        st.just(kind),
        st.dictionaries(
            st.sampled_from((tags.PATIENT_ID, tags.STUDY_ID, tags.SERIES_DESCRIPTION)), TEXT
        ),
    )


def _with_below(kind: str, below: st.SearchStrategy[Record]) -> st.SearchStrategy[Record]:
    def joined(record: Record, children: list[Record]) -> Record:
        record.below.extend(children)
        return record

    return st.builds(joined, _record(kind), st.lists(below, max_size=4))


TREES = st.lists(
    _with_below("PATIENT", _with_below("STUDY", _with_below("SERIES", _record("IMAGE")))),
    max_size=3,
)


def _walked(read: Dataset, offset: int) -> Iterator[tuple[str, list]]:
    """Yield the records from an offset on, as a reader follows the links."""
    by_offset = {item.seq_item_tell: item for item in read.DirectoryRecordSequence}
    while offset:
        item = by_offset[offset]
        below = item.OffsetOfReferencedLowerLevelDirectoryEntity
        yield item.DirectoryRecordType, list(_walked(read, below))
        assert item.RecordInUseFlag == 0xFFFF
        offset = item.OffsetOfTheNextDirectoryRecord


def _shape(records: Sequence[Record]) -> list:
    return [(one.kind, _shape(one.below)) for one in records]


@given(TREES)
@settings(max_examples=40)
def test_the_links_lead_to_every_record_in_order(roots: list[Record]) -> None:
    read = dcmread(io.BytesIO(directory_file(ABOUT, roots)))
    assert read.file_meta.MediaStorageSOPClassUID.name == "Media Storage Directory Storage"
    first = read.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity
    assert list(_walked(read, first)) == _shape(roots)
    last = read.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity
    assert bool(last) == bool(roots) and last >= first
    assert len(list(_walked(read, last))) == min(len(roots), 1)


def test_a_record_names_its_file_and_says_its_text_in_utf_8() -> None:
    file = FileReference(("DICOM", "IM000000"), "1.2.3", "1.2.3.4", "1.2.840.10008.1.2.1")
    keys = {tags.SERIES_DESCRIPTION: "Schädel", tags.INSTANCE_NUMBER: "7"}
    data = directory_file(ABOUT, [Record("IMAGE", keys, file), Record("IMAGE", {}, file)])
    first, second = dcmread(io.BytesIO(data)).DirectoryRecordSequence
    assert list(first.ReferencedFileID) == ["DICOM", "IM000000"]
    assert first.ReferencedSOPClassUIDInFile == "1.2.3"
    assert first.ReferencedSOPInstanceUIDInFile == "1.2.3.4"
    assert first.ReferencedTransferSyntaxUIDInFile == "1.2.840.10008.1.2.1"
    assert (first.SpecificCharacterSet, first.SeriesDescription) == ("ISO_IR 192", "Schädel")
    assert first.InstanceNumber == 7
    assert "SpecificCharacterSet" not in second


@pytest.mark.parametrize(
    ("sop_class", "has_pixels", "kind"),
    [
        (f"{STORAGE}2", True, "IMAGE"),
        (f"{STORAGE}66.4", True, "IMAGE"),
        (f"{STORAGE}481.2", True, "RT DOSE"),
        (f"{STORAGE}88.33", False, "SR DOCUMENT"),
        (f"{STORAGE}88.59", False, "KEY OBJECT DOC"),
        (f"{STORAGE}11.1", False, "PRESENTATION"),
        (f"{STORAGE}104.1", False, "ENCAP DOC"),
        (f"{STORAGE}9.1.1", False, "WAVEFORM"),
        ("1.3.46.670589.11.0.0.12.1", True, "IMAGE"),
        ("1.3.46.670589.11.0.0.12.1", False, "PRIVATE"),
    ],
)
def test_each_sop_class_has_its_record(sop_class: str, has_pixels: bool, kind: str) -> None:
    assert record_type_of(sop_class, has_pixels=has_pixels) == kind


def test_every_storage_class_has_a_record_that_fits_a_cs() -> None:
    for uid in UID_dictionary:
        kind = record_type_of(uid, has_pixels=True)
        assert 0 < len(kind) <= 16 and kind == kind.upper()
        assert len(prefix_of(kind)) == 2
        assert isinstance(empty_keys(kind), dict)


def _code(value: bytes, meaning: bytes) -> bytes:
    code = element(0x00080100, value, "SH") + element(0x00080102, b"DCM", "SH")
    return code + element(0x00080104, meaning, "LO")


def _items(tag: int, *contents: bytes) -> bytes:
    body = b"".join(b"\xfe\xff\x00\xe0" + len(one).to_bytes(4, "little") + one for one in contents)
    return element(tag, body, "SQ")


def _report() -> bytes:
    modifier = element(0x0040A010, b"HAS CONCEPT MOD", "CS") + element(0x0040A040, b"CODE", "CS")
    modifier += _items(0x0040A043, _code(b"121049", b"Language"))
    finding = element(0x0040A010, b"CONTAINS", "CS") + element(0x0040A160, b"secret", "UT")
    observers = [element(0x0040A030, when, "DT") for when in (b"20260101", b"20260301", b"2025")]
    return (
        file_meta(f"{STORAGE}88.11", "1.2.3.4")
        + element(0x00080005, b"ISO_IR 100", "CS")
        + element(0x00080016, f"{STORAGE}88.11".encode(), "UI")
        + element(0x00080023, b"20260102", "DA")
        + element(0x00080033, b"101112", "TM")
        + _items(0x0040A043, _code(b"126000", "Befund Größe".encode("latin-1")))
        + _items(0x0040A073, *observers)
        + element(0x0040A491, b"COMPLETE", "CS")
        + element(0x0040A493, b"VERIFIED", "CS")
        + _items(0x0040A730, modifier, finding)
    )


def test_the_record_of_a_report_says_what_it_is_and_nothing_of_what_it_found() -> None:
    stream = io.BytesIO(_report())
    header = part10.read_header(stream)
    keys = leaf_keys("SR DOCUMENT", header, part10.open_source(stream, header))
    data = directory_file(ABOUT, [Record("SR DOCUMENT", keys)])
    (read,) = dcmread(io.BytesIO(data)).DirectoryRecordSequence
    assert (read.CompletionFlag, read.VerificationFlag) == ("COMPLETE", "VERIFIED")
    assert (read.ContentDate, read.ContentTime) == ("20260102", "101112")
    assert read.VerificationDateTime == "20260301"
    assert read.ConceptNameCodeSequence[0].CodeMeaning == "Befund Größe"
    (modifier,) = read.ContentSequence
    assert modifier.ConceptNameCodeSequence[0].CodeMeaning == "Language"
    assert b"secret" not in data


def test_what_an_object_lacks_claims_nothing() -> None:
    values = {0x00080016: f"{STORAGE}88.11", 0x00080018: "1.2.3"}
    stream = io.BytesIO(file_of(values))
    header = part10.read_header(stream)
    keys = leaf_keys("SR DOCUMENT", header, part10.open_source(stream, header))
    assert keys == empty_keys("SR DOCUMENT")
    assert keys[tags.CONTENT_DATE] == NO_DATE
    assert (keys[tags.COMPLETION_FLAG], keys[tags.VERIFICATION_FLAG]) == ("PARTIAL", "UNVERIFIED")
    assert tags.CONTENT_SEQUENCE not in keys
    assert not reads_header("IMAGE")
