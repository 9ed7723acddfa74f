"""Measurement reports: what is written is read back, by us, by highdicom and by dcmtk."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from highdicom.sr import ComprehensiveSR
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from dicomkit import part10
from dicomkit.content_tree import MAX_DEPTH, Code, Item, read_tree
from dicomkit.errors import DicomkitError
from tests.corpus import require_corpus
from viewer.annotations.content import MAX_NUMBER, checked
from viewer.annotations.reading import measurements_in
from viewer.annotations.sr import Drawn, Image, measurement_report
from viewer.objects import part10 as file_of

FIXTURES = Path(__file__).resolve().parents[4] / "contract" / "fixtures" / "annotation" / "good"
CONTENTS = {path.stem: checked(json.loads(path.read_text())) for path in FIXTURES.glob("*.json")}
SOP = CONTENTS["length"]["sop_instance_uid"]
CT = "1.2.840.10008.5.1.4.1.1.2"


def report(*contents: dict[str, Any], author: str = "Reader^Rita", frames: bool = True) -> bytes:
    """Return a report as a file: of patient and study it has what a file needs."""
    new = Dataset()
    new.SpecificCharacterSet = "ISO_IR 192"
    new.SOPClassUID, new.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.33", generate_uid()
    new.StudyInstanceUID, new.SeriesInstanceUID = generate_uid(), generate_uid()
    new.Modality, new.SeriesNumber, new.InstanceNumber = "SR", 1, 1
    new.PatientName = new.PatientID = new.PatientBirthDate = new.PatientSex = ""
    new.StudyDate = new.StudyTime = new.StudyID = new.AccessionNumber = ""
    new.ReferringPhysicianName = new.Manufacturer = ""
    new.ContentDate, new.ContentTime = "20260101", "120000"
    new.CompletionFlag, new.VerificationFlag = "COMPLETE", "UNVERIFIED"
    new.ReferencedPerformedProcedureStepSequence = new.PerformedProcedureCodeSequence = []
    drawn = [Drawn(one, author) for one in contents]
    images = {SOP: Image(CT, "CT", frames)}
    new.update(measurement_report(drawn, images, observer="Desk^Dora", organization="North"))
    return file_of(new)


def read_back(data: bytes) -> list[dict[str, Any]]:
    stream = io.BytesIO(data)
    header = part10.read_header(stream)
    return measurements_in(read_tree(header, part10.open_source(stream, header)), "1.2.3")


@pytest.mark.parametrize("name", sorted(CONTENTS))
def test_what_is_written_is_read_back(name: str) -> None:
    content = CONTENTS[name]
    (found,) = read_back(report(content))
    assert found["uid"] == content["uid"]
    assert (found["sop_instance_uid"], found["frame"]) == (SOP, content["frame"])
    assert found["tool"] == {"text": "probe"}.get(content["tool"], content["tool"])
    # Graphic Data are of single precision.
    assert [found["points"]] == [[pytest.approx(one, 1e-6, 1e-6) for one in content["points"]]] or (
        sorted(map(tuple, found["points"])) == sorted(map(tuple, content["points"]))
    )
    for value, wanted in zip(found["values"], content["values"], strict=True):
        # DS has sixteen characters.
        assert value == {**wanted, "value": pytest.approx(wanted["value"], 1e-9)}
    assert found["label"] == content["label"] or not content["label"]
    assert (found["note"], found["author"]) == (content["note"] or found["note"], "Rita Reader")


def test_half_a_pixel_lies_between_an_annotation_and_graphic_data() -> None:
    """PS3.3 C.18.6.1.2: the corner of the first pixel is 0, its centre 0.5."""
    root = dcmread(io.BytesIO(report(CONTENTS["length"])))
    (graphic,) = [one.GraphicData for one in items(root) if one.ValueType == "SCOORD"]
    assert list(graphic) == [11.0, 20.75, 40.5, 60.5]


def items(root: Dataset) -> list[Dataset]:
    found = [root]
    for child in root.get("ContentSequence", []):
        found += items(child)
    return found


def codes_of(content: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return name, unit and derivation of each number of a report of `content`."""
    numbers = [one for one in items(dcmread(io.BytesIO(report(content)))) if one.ValueType == "NUM"]
    return [
        (
            number.ConceptNameCodeSequence[0].CodeValue,
            number.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue,
            "".join(
                child.ConceptCodeSequence[0].CodeMeaning
                for child in number.get("ContentSequence", [])
                if child.ValueType == "CODE"
            ),
        )
        for number in numbers
    ]


def test_numbers_have_the_codes_of_the_standard() -> None:
    assert codes_of(CONTENTS["length"]) == [("410668003", "mm", "")]
    assert codes_of(CONTENTS["bidirectional"]) == [
        ("103339001", "mm", ""),
        ("103340004", "mm", ""),
    ]
    # A plain angle is no Cobb angle.
    assert codes_of(CONTENTS["angle"]) == [("1483009", "deg", "")]
    assert codes_of(CONTENTS["cobb"]) == [("285285000", "deg", "")]
    assert codes_of(CONTENTS["ellipse-of-ct"]) == [
        ("112031", "[hnsf'U]", "Mean"),
        ("112031", "[hnsf'U]", "Standard Deviation"),
        ("112031", "[hnsf'U]", "Minimum"),
        ("112031", "[hnsf'U]", "Maximum"),
        ("42798000", "mm2", ""),
    ]
    assert codes_of(CONTENTS["circle-of-pet"])[0] == ("126401", "{SUVbw}g/ml", "Mean")


def test_others_read_it(tmp_path: Path) -> None:
    """dcmtk and highdicom; names and labels in any script."""
    path = tmp_path / "report.dcm"
    path.write_bytes(report(*CONTENTS.values(), author="Ελληνίδα^Ρίτα"))
    done = subprocess.run(["dsrdump", "+U8", path], capture_output=True, text=True, check=True)
    assert not [line for line in done.stderr.splitlines() if line.startswith(("E:", "F:"))]
    for wanted in ("Comprehensive SR Document", "Imaging Measurement Report", "Ελληνίδα^Ρίτα"):
        assert wanted in done.stdout
    assert "Ελληνικά 咳" in done.stdout
    document = ComprehensiveSR.from_dataset(dcmread(path))
    lines = document.content.get_image_measurement_groups()
    regions = document.content.get_planar_roi_measurement_groups()
    uids = {group.tracking_uid for group in [*lines, *regions]}
    assert uids >= {content["uid"] for content in CONTENTS.values()}


def test_a_frame_is_named_where_there_are_several() -> None:
    content = CONTENTS["text-on-frame-96"]
    assert read_back(report(content))[0]["frame"] == 96
    root = dcmread(io.BytesIO(report(CONTENTS["length"], frames=False)))
    (image,) = [one for one in items(root) if one.ValueType == "IMAGE"]
    assert "ReferencedFrameNumber" not in image.ReferencedSOPSequence[0]


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-(2.0**52), 2.0**52),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200),
)
def test_any_number_and_any_label_is_written(number: float, label: str) -> None:
    value = {"name": "length", "value": number, "unit": "mm"}
    (found,) = read_back(report({**CONTENTS["length"], "values": [value], "label": label}))
    # DS has sixteen characters.
    assert found["values"][0]["value"] == pytest.approx(number, rel=1e-8, abs=1e-9)
    assert abs(number) <= MAX_NUMBER
    assert found["label"].strip() == label.strip() or not label.strip()


def _number(name: str, *children: Item) -> Item:
    return Item(
        "NUM", name=Code(name, "SCT", "Length"), number=3.0, unit=Code("mm"), children=[*children]
    )


def test_coordinates_by_reference_are_found() -> None:
    image = Item("IMAGE", sop_instance_uid="1.2.4", frame=2)
    line = Item("SCOORD", graphic_type="POLYLINE", graphic=(1, 1, 4, 1), children=[image])
    number = _number("410668003", Item(relationship="INFERRED FROM", target=(1, 1)))
    (found,) = measurements_in(
        Item("CONTAINER", children=[line, Item("CONTAINER", children=[number])]), "1.2.3"
    )[-1:]
    assert (found["tool"], found["points"]) == ("length", [[0.5, 0.5], [3.5, 0.5]])
    assert (found["sop_instance_uid"], found["frame"]) == ("1.2.4", 2)


def test_places_in_space_stay_in_space() -> None:
    line = Item(
        "SCOORD3D",
        graphic_type="POLYLINE",
        graphic=(1, 2, 3, 4, 2, 3),
        frame_of_reference_uid="1.2.9",
    )
    (found,) = measurements_in(Item("CONTAINER", children=[_number("G-D7FE", line)]), "1.2.3")
    assert (found["world"], found["points"]) == ([[1, 2, 3], [4, 2, 3]], [])
    assert (found["frame_of_reference_uid"], found["tool"]) == ("1.2.9", "length")


def test_numbers_without_an_image_are_none_of_ours() -> None:
    """Such as those of a dose report."""
    assert measurements_in(Item("CONTAINER", children=[_number("113830")]), "1.2.3") == []


@pytest.mark.parametrize("graphic", [(), (1.0,), (float("nan"), 1.0), (1.0, 2.0, 3.0), (1e300, 0)])
def test_coordinates_that_are_none_are_left_out(graphic: tuple[float, ...]) -> None:
    image = Item("IMAGE", sop_instance_uid="1.2.4")
    line = Item("SCOORD", graphic_type="POLYLINE", graphic=graphic, children=[image])
    number = _number("410668003", line, Item(target=(1, 99)), Item(target=(1, 1, 0)))
    assert measurements_in(Item("CONTAINER", children=[number]), "1.2.3") == []


def test_a_reference_to_itself_ends() -> None:
    number = _number("410668003", Item(target=(1,)), Item(target=(1, 1)))
    assert measurements_in(Item("CONTAINER", children=[number]), "1.2.3") == []


def test_a_report_that_is_too_deep_is_not_read() -> None:
    root = dcmread(io.BytesIO(report(CONTENTS["length"])))
    inner = root
    for _ in range(MAX_DEPTH + 2):
        item = Dataset()
        item.ValueType, item.RelationshipType = "CONTAINER", "CONTAINS"
        inner.ContentSequence = [item]
        inner = item
    target = io.BytesIO()
    root.save_as(target)
    with pytest.raises(DicomkitError):
        read_back(target.getvalue())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=8))
def test_broken_reports_break_nothing(place: int, noise: bytes) -> None:
    data = bytearray(_WHOLE)
    place %= len(data)
    data[place : place + len(noise)] = noise
    try:
        read_back(bytes(data))
    except DicomkitError:
        return


_WHOLE = report(CONTENTS["length"], CONTENTS["ellipse-of-ct"])


@pytest.mark.corpus
def test_reports_of_others() -> None:
    folder = require_corpus() / "files" / "highdicom"
    groups = read_back((folder / "sr_document_with_multiple_groups.dcm").read_bytes())
    assert [one["tool"] for one in groups] == ["text", "circle", "freehand", "probe"]
    assert groups[1]["points"] == [[44.5, 54.5], [44.5, 64.5]]
    assert groups[1]["values"] == [{"name": "length", "value": 10.0, "unit": "mm"}]
    assert {one["author"] for one in groups} == {"John Doe"}
    (region,) = read_back((folder / "sr_document.dcm").read_bytes())
    assert region["values"] == [{"name": "area", "value": 1.7, "unit": "cm2"}]
