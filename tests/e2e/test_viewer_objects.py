"""Objects without picture in the viewer: reports, key images and waveforms as what they are."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from tests.e2e.conftest import LiveNoctis
from tests.e2e.viewer_studies import ROOT, Person, base, ct_slice

pytestmark = pytest.mark.browser

WAVES = Person(study=f"{ROOT}.5", description="Key images and an ECG")
KEY_OBJECTS = "1.2.840.10008.5.1.4.1.1.88.59"
ECG = "1.2.840.10008.5.1.4.1.1.9.1.1"
MARKED = 7
HERTZ, MILLIVOLT_AT = 100, 40


def _code(value: str, scheme: str, meaning: str) -> Sequence:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return Sequence([code])


def _key_object(image: FileDataset) -> FileDataset:
    instance = base(WAVES, 2, 1, KEY_OBJECTS, "KO")
    instance.ContentDate, instance.ContentTime = "20240314", "091500"
    instance.ValueType = "CONTAINER"
    instance.ConceptNameCodeSequence = _code("113000", "DCM", "Of Interest")
    reference = Dataset()
    reference.ReferencedSOPClassUID = image.SOPClassUID
    reference.ReferencedSOPInstanceUID = image.SOPInstanceUID
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", "IMAGE"
    item.ReferencedSOPSequence = Sequence([reference])
    note = Dataset()
    note.RelationshipType, note.ValueType = "CONTAINS", "TEXT"
    note.ConceptNameCodeSequence = _code("113012", "DCM", "Key Object Description")
    note.TextValue = "Look <b>here</b>: 結節"
    instance.ContentSequence = Sequence([item, note])
    return instance


def _ecg() -> FileDataset:
    """Return ten seconds of one lead: flat, but for one sample of a millivolt."""
    channel = Dataset()
    channel.ChannelSourceSequence = _code("5.6.3-9-2", "SCPECG", "Lead II")
    channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = "2.5", "1"
    channel.ChannelSensitivityUnitsSequence = _code("uV", "UCUM", "microvolt")
    channel.ChannelBaseline, channel.WaveformBitsStored = "0", 16
    samples = np.zeros(10 * HERTZ, np.int16)
    samples[MILLIVOLT_AT] = 400
    group = Dataset()
    group.MultiplexGroupTimeOffset, group.WaveformOriginality = "0", "ORIGINAL"
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = 1, samples.size
    group.SamplingFrequency = str(HERTZ)
    group.ChannelDefinitionSequence = Sequence([channel])
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.WaveformData = samples.tobytes()
    instance = base(WAVES, 3, 1, ECG, "ECG")
    instance.WaveformSequence = Sequence([group])
    return instance


@pytest.fixture
def opened(page: Page, noctis: LiveNoctis) -> Iterator[Page]:
    slices = [ct_slice(WAVES, index) for index in range(10)]
    session = noctis.server.session(noctis.users["sender"].token)
    client = DICOMwebClient(f"{noctis.url}/dicom-web", session=session)
    client.store_instances([*slices, _key_object(slices[MARKED]), _ecg()])
    page.goto(f"{noctis.url}/viewer/?StudyInstanceUIDs={WAVES.study}")
    expect(page.locator(".series-card")).to_have_count(3)
    yield page


def _open(page: Page, name: str) -> None:
    page.locator(".series-card", has_text=name).click()
    expect(page.get_by_test_id("sheet")).to_be_visible()


def test_a_key_image_is_a_click_away(opened: Page) -> None:
    _open(opened, "Key object selection")
    sheet = opened.get_by_test_id("sheet")
    expect(sheet.get_by_role("heading", name="Of Interest")).to_be_visible()
    expect(sheet).to_contain_text("Look <b>here</b>: 結節")
    sheet.get_by_role("button", name=re.compile("Image")).click()
    expect(opened.get_by_test_id("viewport-0")).to_contain_text(f"Image {MARKED + 1}/10")


def test_an_ecg_is_drawn_to_scale(opened: Page) -> None:
    _open(opened, "12-lead ECG")
    trace = opened.locator(".waveform .trace")
    expect(trace).to_have_count(1)
    points = [
        tuple(float(part) for part in point.split())
        for point in (trace.get_attribute("d") or "").removeprefix("M").split("L")
    ]
    # 25 mm a second, 10 mm a millivolt, upwards.
    assert len(points) == 10 * HERTZ
    assert points[MILLIVOLT_AT] == pytest.approx((MILLIVOLT_AT / HERTZ * 25, -10))
    assert {y for at, (_, y) in enumerate(points) if at != MILLIVOLT_AT} == {0}
    opened.get_by_label("Gain").select_option("20")
    expect(trace).to_have_attribute("d", re.compile(r"L10\.00 -20\.00L"))
