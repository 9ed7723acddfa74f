"""`./noctis start` as a newcomer runs it, on an empty data folder."""

from pathlib import Path

import pytest

from tests.started import start_and_stop

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.once


def test_start_serves_web_and_dicom_and_drains(tmp_path):
    page, output = start_and_stop(["./noctis", "start"], tmp_path, PROJECT)
    assert "csrfmiddlewaretoken" in page
    assert "admin" in output
