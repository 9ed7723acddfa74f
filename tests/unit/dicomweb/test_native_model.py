"""DICOM JSON as the Native DICOM Model (PS3.19 A.1)."""

import xml.etree.ElementTree as ET

from dicomweb.native_model import native_model

SPACE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"


def test_values_items_and_keywords() -> None:
    members = {
        "0008119A": {"vr": "SQ", "Value": [{"00081197": {"vr": "US", "Value": [49152]}}]},
        "00081190": {"vr": "UR", "Value": ["http://x/?a=1&b=<2>"]},
        "00090010": {"vr": "LO"},
    }
    root = ET.fromstring(native_model(members))
    assert [one.get("tag") for one in root] == ["00081190", "0008119A", "00090010"]
    url, failures, private = root
    assert (url.get("vr"), url.get("keyword")) == ("UR", "RetrieveURL")
    assert url.find(f"{SPACE}Value").text == "http://x/?a=1&b=<2>"
    inner = failures.find(f"{SPACE}Item[@number='1']/{SPACE}DicomAttribute")
    assert (inner.get("keyword"), inner[0].text) == ("FailureReason", "49152")
    assert len(private) == 0
