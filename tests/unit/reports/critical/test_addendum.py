from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actors import SYSTEM
from reports.content import report_text
from reports.critical.addendum import document_communication, document_pending
from reports.critical.communication import SECTION_CODE, communication_text
from reports.critical.services import BY_TELEPHONE, acknowledge
from reports.models import CriticalResult, DraftKind, ReaderLease, Report, VersionKind
from tests.factories.notices import make_critical
from tests.factories.reading import content_of, make_report, make_version
from tests.factories.windows import PASSWORD, Window

pytestmark = pytest.mark.django_db


@pytest.fixture
def result(study, reader) -> CriticalResult:
    """Return a result that somebody has acknowledged."""
    made = make_critical(study, reader, finding="Air under\nthe diaphragm.")
    acknowledge(made.pk, name="Dr. Ward", how=BY_TELEPHONE, read_back=True, actor=SYSTEM)
    made.refresh_from_db()
    return made


@pytest.fixture
def window(study, reader) -> Window:
    reader.set_password(PASSWORD)
    reader.save()
    return Window(reader, study)


def put_down(window: Window) -> None:
    window.send("POST", "lease/release/", **window.hold())


def test_the_text_says_who_told_whom_what_and_how(result, reader) -> None:
    text = communication_text(result)
    assert "Air under the diaphragm." in text
    for part in (reader.username, "Dr. Ward", "by telephone", "read-back", "UTC"):
        assert part in text


def test_a_final_report_is_given_an_addendum_to_be_signed(result, study, reader, window) -> None:
    report = make_report(study)
    make_version(report, reader, content=content_of())
    assert document_communication(result.pk)
    assert not document_communication(result.pk)
    report.refresh_from_db()
    assert report.draft_kind == DraftKind.ADDENDUM and report.draft_author == reader
    assert report.draft["sections"][-1]["kind"] == "addendum"
    assert report_text(report.draft).count("Dr. Ward") == 1
    # The draft is one that the reader can open, and sign.
    assert window.take().status_code == 200
    assert window.start("addendum").status_code == 200
    answer = window.sign()
    assert answer.status_code == 201, answer.content
    signed = report.versions.order_by("-number").first()
    assert signed.kind == VersionKind.ADDENDUM
    assert communication_text(result) in report_text(signed.content)


def test_an_open_draft_gets_a_section_once_it_is_put_down(result, study, window) -> None:
    assert window.take().status_code == 200
    assert window.start().status_code == 200
    assert window.save(content_of()).status_code == 200
    assert document_pending() == 0  # somebody is writing
    put_down(window)
    assert document_pending() == 1
    report = Report.objects.get(study=study)
    section = report.draft["sections"][-1]
    assert section["code"] == SECTION_CODE and section["kind"] == "narrative"
    assert window.take().status_code == 200
    assert window.content["sections"][-1]["code"] == SECTION_CODE
    assert window.sign().status_code == 201


def test_a_closed_lid_costs_nothing(result, study, window) -> None:
    window.take()
    window.start()
    window.save(content_of())
    ReaderLease.objects.update(expires_at=timezone.now() - timedelta(minutes=20))
    assert document_pending() == 0
    assert window.save(content_of(findings="Written after the nap.")).status_code == 200


def test_an_addendum_that_is_being_written_keeps_its_words(result, study, reader, window) -> None:
    make_version(make_report(study), reader, content=content_of())
    window.take()
    window.start("addendum")
    content = window.content
    words = {"type": "text", "text": "Words of the reader."}
    content["sections"][-1]["body"]["content"] = [{"type": "paragraph", "content": [words]}]
    assert window.save(content).status_code == 200
    put_down(window)
    assert document_pending() == 1
    text = report_text(Report.objects.get(study=study).draft)
    assert "Words of the reader." in text and communication_text(result) in text


def test_what_the_reader_wrote_already_is_not_written_twice(result, study, reader) -> None:
    text = communication_text(result)
    make_version(make_report(study), reader, content=content_of(impression=text))
    assert document_pending() == 1
    assert Report.objects.get(study=study).draft is None


def test_without_a_report_it_waits(result, study, reader) -> None:
    assert document_pending() == 0
    report = make_report(study)
    make_version(report, reader, kind=VersionKind.PRELIMINARY)
    assert document_pending() == 0
    make_version(report, reader, kind=VersionKind.FINAL)
    assert document_pending() == 1


def test_a_result_that_nobody_acknowledged_is_not_documented(study, reader) -> None:
    made = make_critical(study, reader)
    make_version(make_report(study), reader)
    assert not document_communication(made.pk)


def test_two_results_make_one_addendum(result, study, reader) -> None:
    make_version(make_report(study), reader)
    second = make_critical(study, reader, finding="A second finding")
    acknowledge(second.pk, name="Dr. Two", how=BY_TELEPHONE, read_back=True, actor=SYSTEM)
    assert document_pending() == 2
    report = Report.objects.get(study=study)
    assert report_text(report.draft).count("Critical result communicated") == 2
    assert [one["kind"] for one in report.draft["sections"]].count("addendum") == 1
