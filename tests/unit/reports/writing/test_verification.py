import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reports.content import ContentError, checked
from reports.models import Report
from tests.factories.reading import content_of, make_report, make_version


@pytest.fixture
def report(study, rita):
    report = make_report(study)
    make_version(report, rita, "preliminary")
    make_version(report, rita, "final")
    return report


def verify():
    out = io.StringIO()
    call_command("verify_reports", stdout=out, stderr=out)
    return out.getvalue()


def test_whole_chains_are_whole(report):
    assert verify() == "1 reports, 2 versions: all whole\n"


def test_an_edited_version_is_found(report):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reports_reportversion SET signed_name = 'X' WHERE number = 1")
    with pytest.raises(CommandError, match="1 of 1"):
        verify()


def test_a_version_that_was_cut_off_is_found(report):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_reportversion WHERE number = 2")
    with pytest.raises(CommandError):
        verify()


def test_a_report_whose_versions_are_gone_is_found(study):
    make_report(study, status="final")
    with pytest.raises(CommandError):
        verify()


def test_a_report_that_was_never_signed_has_no_chain(study):
    Report.objects.create(study=study, status="draft")
    assert verify() == "0 reports, 0 versions: all whole\n"


def test_numbers_of_fields_come_back_from_the_database_as_they_were_signed(study, rita):
    attributes = {"key": "size", "label": "Size", "type": "number", "value": "6"}
    bounds = {"minimum": 0.1, "maximum": float(2**53)}
    content = content_of()
    field = {"type": "field", "attrs": {**attributes, **bounds}}
    content["sections"][0]["body"]["content"][0]["content"].append(field)
    make_version(make_report(study), rita, content=checked(content))
    assert verify() == "1 reports, 1 versions: all whole\n"


@pytest.mark.parametrize("bound", [1e16, -1e300, 10**30])
def test_numbers_that_databases_write_differently_are_refused(bound):
    content = content_of()
    attributes = {"key": "size", "label": "Size", "type": "number", "maximum": bound}
    field = {"type": "field", "attrs": attributes}
    content["sections"][0]["body"]["content"][0]["content"].append(field)
    with pytest.raises(ContentError):
        checked(content)
