"""The metadata of real objects as `dicomkit` and as pydicom tell it."""

import json
import warnings

import pydicom
import pytest

from dicomkit.dicom_json import instance_json
from tests.corpus import corpus_files
from tests.reference_json import comparable

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

# Valid, but too strange for pydicom to turn into JSON.
_TOO_STRANGE = {
    "files/pydicom/badVR.dcm",
    "synthetic/malformed/trailing_garbage.dcm",
    "synthetic/malformed/unknown_vr_rows.dcm",
}


def _chosen():
    """Return each single file, and one of each series of a study."""
    seen = set()
    for file in corpus_files():
        key = file.identity.series_instance_uid if file.name.startswith("studies/") else file.name
        if file.is_valid and key not in seen:
            seen.add(key)
            yield file


def test_metadata_means_what_pydicoms_means():
    differing, unread, count = {}, set(), 0
    for file in _chosen():
        ours = json.loads(instance_json(file.path, bulk_uri="b"))
        try:
            with warnings.catch_warnings(action="ignore"):
                theirs = pydicom.dcmread(file.path, force=True).to_json_dict(
                    bulk_data_threshold=1024, bulk_data_element_handler=lambda element: "b"
                )
        except (ValueError, NotImplementedError):
            unread.add(file.name)
            continue
        one, other = comparable(ours), comparable(theirs)
        count += 1
        if tags := [tag for tag in one | other if one.get(tag) != other.get(tag)]:
            differing[file.name] = [(tag, one.get(tag), other.get(tag)) for tag in tags]
    assert differing == {}
    assert unread == _TOO_STRANGE
    assert count > 500
