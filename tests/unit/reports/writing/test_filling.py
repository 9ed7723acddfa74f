import pytest

from reports.content import checked, report_text
from reports.models import Reading
from reports.writing.filling import filled
from tests.factories.listing import make_study
from tests.factories.people import make_facility

pytestmark = pytest.mark.django_db


def _field(key, value="", kind="text"):
    attrs = {"key": key, "type": kind, "label": key.title(), "value": value, "unit": ""}
    return {"type": "field", "attrs": attrs}


def _template():
    fields = [_field("indication"), _field("comparison", "None."), _field("side", kind="choice")]
    body = {"type": "doc", "content": [{"type": "paragraph", "content": fields}]}
    section = {"key": "a", "title": "A", "body": body}
    return {"schema": 1, "title": "CT", "template": "t", "sections": [section]}


def test_the_request_and_the_last_study_of_a_kind_are_filled_in():
    north = make_facility()
    study = make_study(north, study_date="20260301", modalities="\\CT\\", description="CT chest")
    for day, modality, text in (
        ("20250101", "CT", "CT chest"),
        ("20250601", "CT", "CT abdomen"),
        ("20251201", "MR", "MR brain"),
        ("20260401", "CT", "A later one"),
    ):
        other = make_study(
            north, study_date=day, modalities=f"\\{modality}\\SR\\", description=text
        )
        other.patient = study.patient
        other.save()
    Reading.objects.filter(study=study).update(indication="Fall from\n a ladder")
    template = _template()
    text = report_text(checked(filled(template, study)))
    assert "Fall from a ladder" in text
    assert "CT abdomen of 1 June 2025" in text
    assert template == _template()


def test_without_either_the_template_stays_as_it_is():
    assert filled(_template(), make_study(make_facility(), study_date="")) == _template()
