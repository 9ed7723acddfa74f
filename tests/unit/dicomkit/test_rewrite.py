"""A rewritten header says what it said, but for what was changed."""

import io
import zlib

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filebase import DicomIO
from pydicom.filewriter import write_dataset
from pydicom.sequence import Sequence

from dicomkit.part10 import read_header
from dicomkit.rewrite import Change, RewriteError
from dicomkit.spliced import open_rewritten
from tests.factories.dicom import ct_file, element, file_meta

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED, BIG, JPEG = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.50"
SYNTAXES = (IMPLICIT, EXPLICIT, DEFLATED, BIG, JPEG)
WHEN = "20261125120000+0000"
ORIGINALS = 0x04000561
PIXELS = bytes(range(32))

LATIN = "ÄÖÜäöüßéè "
NAMES = {
    "ISO_IR 192": "Ünï三浦=山田^太郎=やまだ^たろう",
    "ISO_IR 100": LATIN,
    "ISO_IR 144": "Дмитрий",
    "ISO_IR 126": "Στέφανος",
    "GB18030": "王^小东",
    "": "Plain",
}
letters = st.text("ABCabcäÖßЖ三あ^ -", max_size=20).map(lambda text: text.strip())
plain = st.text("ABC123", max_size=12)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "PatientName": letters,
        "PatientID": plain,
        "IssuerOfPatientID": plain,
        "StudyDescription": letters,
        "StudyDate": st.sampled_from(["", "20260102"]),
        "AccessionNumber": plain,
        "StudyInstanceUID": st.just("1.2.3.4.5"),
        "Laterality": st.sampled_from(["L", "R"]),
        "SeriesDescription": letters,
        "PatientSex": st.sampled_from(["M", "F", "O"]),
    },
).filter(bool)


def data_set(label, text, *, is_nested=True):
    """Return a data set with text at several depths."""
    made = Dataset()
    if label:
        made.SpecificCharacterSet = label
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3.4"
    made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.3", "1.2.3.1"
    made.PatientName, made.PatientID = text, "P1"
    made.StudyDescription = text[:60]
    made.ImageComments = text
    made.Rows = made.Columns = 4
    made.WindowCenter = ["40", "80"]
    made.add_new(0x00091001, "OB", b"\xff\xfe\x00\x01")
    made.add_new(0x00090010, "LO", "NOBODY")
    if is_nested:
        inner, item = Dataset(), Dataset()
        inner.CodeMeaning, inner.CodeValue = text[:60], "1"
        item.RequestedProcedureDescription = text[:60]
        item.RequestedProcedureCodeSequence = Sequence([inner])
        item.add_new(0x00280106, "US", 200)
        made.RequestAttributesSequence = Sequence([item, Dataset()])
    return made


def file_of(made, syntax, pixels=PIXELS):
    """Return the data set as a Part 10 file in a transfer syntax."""
    body = DicomIO(io.BytesIO())
    body.is_little_endian, body.is_implicit_VR = syntax != BIG, syntax == IMPLICIT
    write_dataset(body, made)
    data = body.parent.getvalue()
    if pixels:
        data += _pixel_element(syntax, pixels)
    if syntax == DEFLATED:
        deflater = zlib.compressobj(wbits=-15)
        data = deflater.compress(data) + deflater.flush()
        data += bytes(len(data) % 2)
    return file_meta(made.SOPClassUID, made.SOPInstanceUID, syntax) + data


def _pixel_element(syntax, pixels):
    order = "big" if syntax == BIG else "little"
    tag = (0x7FE0).to_bytes(2, order) + (0x10).to_bytes(2, order)
    if syntax == IMPLICIT:
        return tag + len(pixels).to_bytes(4, order) + pixels
    if syntax == JPEG:
        table = b"\xfe\xff\x00\xe0\0\0\0\0"
        fragment = b"\xfe\xff\x00\xe0" + len(pixels).to_bytes(4, "little") + pixels
        return tag + b"OB\0\0\xff\xff\xff\xff" + table + fragment + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return tag + b"OW\0\0" + len(pixels).to_bytes(4, order) + pixels


def rewritten(data, changes):
    with open_rewritten(io.BytesIO(data), Change(changes, WHEN)) as stream:
        return stream.read()


def plain_of(made):
    """Return what a data set says, character set and bookkeeping left out."""
    return {
        element.tag: [plain_of(item) for item in element.value]
        if element.VR == "SQ"
        else str(element.value)
        if element.VR == "PN"
        else element.value
        for element in made
        if element.tag not in (0x00080005, ORIGINALS)
    }


@settings(max_examples=60, deadline=None)
@given(syntax=st.sampled_from(SYNTAXES), label=st.sampled_from(sorted(NAMES)), changes=CHANGES)
def test_everything_else_stays(syntax, label, changes):
    data = file_of(data_set(label, NAMES[label]), syntax)
    new = rewritten(data, changes)
    before, after = (pydicom.dcmread(io.BytesIO(one)) for one in (data, new))
    said, says = plain_of(before), plain_of(after)
    for keyword, value in changes.items():
        tag = pydicom.datadict.tag_for_keyword(keyword)
        said.pop(tag, None)
        found = says.pop(tag)
        assert (str(found) if found is not None else "") == value.rstrip()
    assert says == said
    assert after.file_meta == before.file_meta
    item = after[ORIGINALS].value[-1]
    assert item.ReasonForTheAttributeModification == "CORRECT"
    assert item.AttributeModificationDateTime == WHEN
    old = item.ModifiedAttributesSequence[0]
    for keyword in changes:
        assert str(old.get(keyword) or "") == str(before.get(keyword) or "")
    assert read_header(io.BytesIO(new)).pixel_data_complete


@pytest.mark.parametrize("syntax", [one for one in SYNTAXES if one != DEFLATED])
def test_only_the_header_changes_its_bytes(syntax):
    data = file_of(data_set("ISO_IR 100", LATIN), syntax)
    new = rewritten(data, {"PatientID": "P2"})
    old_at = read_header(io.BytesIO(data)).pixel_data.offset
    new_at = read_header(io.BytesIO(new)).pixel_data.offset
    assert new[new_at:] == data[old_at:]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_code_extensions_become_utf_8(syntax):
    made = data_set(["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう")
    new = rewritten(file_of(made, syntax), {"PatientName": "Miura^Haruka=三浦^遥香"})
    after = pydicom.dcmread(io.BytesIO(new))
    assert after.SpecificCharacterSet == "ISO_IR 192"
    assert str(after.PatientName) == "Miura^Haruka=三浦^遥香"
    assert after.ImageComments == made.ImageComments
    item = after.RequestAttributesSequence[0]
    assert item.RequestedProcedureCodeSequence[0].CodeMeaning == made.ImageComments[:60]
    old = after[ORIGINALS].value[-1].ModifiedAttributesSequence[0]
    assert str(old.PatientName) == "Yamada^Tarou=山田^太郎=やまだ^たろう"


def test_ascii_leaves_the_character_set_alone():
    made = data_set(["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎")
    after = pydicom.dcmread(io.BytesIO(rewritten(file_of(made, EXPLICIT), {"PatientID": "7"})))
    assert list(after.SpecificCharacterSet) == ["", "ISO 2022 IR 87"]
    assert str(after.PatientName) == "Yamada^Tarou=山田^太郎"


def test_earlier_originals_are_kept():
    once = rewritten(ct_file(), {"PatientName": "One^A"})
    twice = pydicom.dcmread(io.BytesIO(rewritten(once, {"PatientName": "Zwölf^B"})))
    names = [str(item.ModifiedAttributesSequence[0].PatientName) for item in twice[ORIGINALS].value]
    assert names == ["Patient1^Paula", "One^A"]


def test_group_lengths_that_would_lie_are_dropped():
    data = ct_file()
    for group, start in ((0x0010, b"\x10\0\x10\0PN"), (0x0028, b"\x28\0\x02\0US")):
        first = data.index(start)
        data = data[:first] + element(group << 16, b"\x99\0\0\0", "UL") + data[first:]
    after = read_header(io.BytesIO(rewritten(data, {"PatientID": "7"})))
    assert 0x00280000 in after
    assert 0x00100000 not in after


def test_a_file_without_pixels_and_with_a_long_value_is_streamed():
    made = data_set("ISO_IR 100", LATIN)
    made.add_new(0x00420011, "OB", bytes(300_000))
    new = rewritten(file_of(made, EXPLICIT, pixels=b""), {"PatientName": "Ж"})
    after = pydicom.dcmread(io.BytesIO(new))
    assert (str(after.PatientName), after.ImageComments) == ("Ж", LATIN.rstrip())
    assert len(after.EncapsulatedDocument) == 300_000


@pytest.mark.parametrize("keyword", ["PixelData", "Nonsense", "Rows", "SpecificCharacterSet"])
def test_what_cannot_be_changed_is_refused(keyword):
    with pytest.raises(RewriteError):
        rewritten(ct_file(), {keyword: "1"})


def test_a_code_must_be_ascii():
    with pytest.raises(RewriteError):
        rewritten(ct_file(), {"PatientSex": "Ж"})
