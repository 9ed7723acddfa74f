"""The API of reports with two readers, a facility and a technician."""

import pytest
from django.core.cache import cache

from audit.models import AuditEvent
from notifications.models import OutboxEvent
from reports.chain import broken_version
from reports.models import (
    DraftSave,
    ImmutableError,
    Reading,
    Report,
    ReportExport,
    ReportTemplate,
    ReportVersion,
)
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from tests.factories.reading import content_of
from tests.factories.windows import PASSWORD, Window

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts_remembered(settings):
    # Hashing a password for a tenth of a second is not what is tested here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def north():
    return make_facility()


@pytest.fixture
def study(north):
    columns = {"modalities": "\\CT\\", "body_parts": "\\CHEST\\", "study_date": "20260612"}
    return make_study(north, patient_birth_date="19700215", **columns)


def _reader(**names):
    user = make_user("RADIOLOGIST")
    user.set_password(PASSWORD)
    for name, value in names.items():
        setattr(user, name, value)
    user.save()
    return user


@pytest.fixture
def rita(study):
    return Window(_reader(first_name="Rita", last_name="Reader"), study)


@pytest.fixture
def omar(study):
    return Window(_reader(first_name="Omar", last_name="Other"), study)


def topics():
    return list(OutboxEvent.objects.order_by("pk").values_list("topic", flat=True))


def test_what_the_editor_opens_with(rita, study):
    assert ReportTemplate.objects.filter(key="ct-chest").exists()
    facts = rita.get()
    assert facts["study"]["age"] == "56 y"
    assert facts["study"]["modalities"] == ["CT"]
    assert facts["reading"]["priority_label"] == "Routine"
    assert facts["reading"]["due_at"]
    assert facts["report"]["status"] == "unread"
    assert facts["report"]["possible_actions"] == ["start"]
    assert facts["lease"] == {"reader": None, "holder": "", "expires_at": None, "is_mine": False}
    assert facts["suggested_template"] == "ct-chest"
    assert facts["rights"] == {"write": True, "sign": True, "print": True, "critical": True}


def test_a_report_is_written_signed_and_read_by_its_facility(rita, study, north):
    desk = Window(make_user("FACILITY", north), study)
    assert desk.send("GET", "").status_code == 404
    answer = rita.write_and_sign(content_of(findings="A nodule of 6 mm."))
    assert answer.status_code == 201
    version = answer.json()
    assert (version["number"], version["kind"], version["status"]) == (1, "final", "final")
    assert version["signed_name"] == "Rita Reader"
    reading = Reading.objects.get(study=study)
    assert reading.status == "final"
    assert reading.final_at and reading.opened_at
    assert (reading.assigned_to, reading.assigned_because) == (rita.user, "Began to write")
    facts = desk.get()
    assert facts["report"]["versions"][0]["version_hash"] == version["version_hash"]
    assert facts["lease"] is None
    assert facts["report"]["draft"] is None
    assert "nodule" in str(desk.get("versions/1/")["content"])
    assert {"report.final", "reading.changed"} <= set(topics())
    forms = ReportExport.objects.order_by("form").values_list("form", "sop_instance_uid")
    assert [form for form, _ in forms] == ["pdf", "sr"]
    assert all(uid.startswith("2.25.") for _, uid in forms)
    signed = AuditEvent.objects.get(detail__event="report signed")
    assert signed.detail["version_hash"] == version["version_hash"]
    assert signed.study_instance_uid == study.study_instance_uid


def test_a_technician_sees_no_report(study, north):
    assert Window(make_user("TECHNICIAN", north), study).send("GET", "").status_code == 403


def test_the_second_reader_is_told_who_writes_and_may_take_over(rita, omar):
    rita.take()
    refused = omar.take()
    assert refused.status_code == 409
    assert refused.headers["Content-Type"] == "application/problem+json"
    problem = refused.json()
    assert problem["code"] == "lease-held"
    assert problem["reader"]["name"] == "Rita Reader"
    assert omar.take(takeover=True).status_code == 200
    event = OutboxEvent.objects.get(topic="draft.taken_over")
    assert (event.payload["from_id"], event.payload["by_id"]) == (rita.user.pk, omar.user.pk)
    beat = rita.send("POST", "lease/heartbeat/", **rita.hold())
    assert (beat.status_code, beat.json()["code"]) == (409, "lease-lost")
    assert beat.json()["reader"]["name"] == "Omar Other"


def test_after_a_takeover_no_text_is_lost(rita, omar):
    rita.take(), rita.start()
    rita.save(content_of(findings="Rita's first words."))
    omar.take(takeover=True)
    assert "first words" in str(omar.content)
    late = rita.save(content_of(findings="Rita's last words."))
    assert (late.status_code, late.json()["code"]) == (409, "stale-lease")
    side = late.json()["side_draft"]
    assert late.json()["current"]["author"]["name"] == "Rita Reader"
    assert "last words" in str(omar.get(f"saves/{side['id']}/")["content"])
    assert omar.get()["report"]["side_drafts"][0]["id"] == side["id"]
    again = rita.save(content_of(findings="Rita's last words."))
    assert again.json()["side_draft"]["id"] == side["id"]
    assert omar.save(content_of(findings="Omar's words.")).status_code == 200


def test_a_save_of_an_older_state_is_kept_beside(rita):
    rita.take(), rita.start()
    first = rita.version
    rita.save(content_of(findings="One."))
    rita.version = first
    late = rita.save(content_of(findings="Two."))
    assert (late.status_code, late.json()["code"]) == (409, "stale-version")
    assert late.json()["current"]["version"] == first + 1
    assert DraftSave.objects.filter(is_side=True, reason="stale-version").count() == 1


def test_a_save_whose_answer_was_lost_can_be_repeated(rita):
    rita.take(), rita.start()
    before = rita.version
    rita.save(content_of(findings="One."))
    after, rita.version = rita.version, before
    again = rita.save(content_of(findings="One."))
    assert (again.status_code, again.json()["version"]) == (200, after)
    assert not DraftSave.objects.filter(is_side=True).exists()


def test_a_save_after_signing_is_kept_unless_it_is_what_was_signed(rita):
    content = content_of(findings="Signed.")
    rita.write_and_sign(content)
    late = rita.save(content)
    assert (late.status_code, late.json()["code"], late.json()["side_draft"]) == (
        409,
        "closed",
        None,
    )
    late = rita.save(content_of(findings="One more thing."))
    assert late.json()["side_draft"]["reason"] == "closed"
    assert rita.get()["report"]["side_drafts"]


@pytest.mark.parametrize(
    "content", [{"schema": 1}, {"sections": []}, "text", {"schema": 1, "sections": ["\ud800"]}]
)
def test_what_is_no_report_is_refused(rita, content):
    rita.take(), rita.start()
    import json

    body = json.dumps(rita.hold(version=rita.version, content=content))
    address = f"/api/reports/{rita.study.study_instance_uid}/draft/"
    answer = rita.client.put(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "content")


def test_a_wrong_password_signs_nothing_and_is_recorded(rita):
    answer = rita.write_and_sign(content_of(), password="guess")
    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication")
    assert not ReportVersion.objects.exists()
    row = AuditEvent.objects.get(detail__event="signature refused")
    assert (row.user_name, row.outcome, row.detail["reason"]) == (
        rita.user.username,
        8,
        "password",
    )
    for _ in range(4):
        rita.sign(password="guess")
    answer = rita.sign()
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-attempts")
    assert answer.headers["Retry-After"]


def test_an_administrator_may_write_but_not_sign(study, rita):
    user = make_user("ADMIN")
    user.set_password(PASSWORD)
    user.save()
    admin = Window(user, study)
    answer = admin.write_and_sign(content_of())
    assert (answer.status_code, "code" in answer.json()) == (403, False)
    assert admin.get()["rights"]["sign"] is False
    assert Reading.objects.get(study=study).opened_at is None


def test_an_empty_required_section_blocks_the_signature(rita):
    content = content_of(impression="")
    answer = rita.write_and_sign(content)
    assert (answer.status_code, answer.json()["code"]) == (422, "checks")
    finding = answer.json()["findings"][0]
    assert (finding["severity"], finding["section"]) == ("blocking", "impression")
    checked = rita.send("POST", "checks/", content=content)
    assert checked.json()["findings"] == [finding]
    assert rita.sign(overruled=[finding["code"]]).status_code == 422


def test_preliminary_then_final_with_its_discrepancy(rita, omar, north, study):
    rita.write_and_sign(content_of(impression="No fracture."), "preliminary")
    desk = Window(make_user("FACILITY", north), study)
    assert desk.send("GET", "").status_code == 404
    assert desk.send("GET", "versions/1/").status_code == 404
    rita.send("POST", "lease/release/", **rita.hold())
    omar.take(), omar.start()
    assert "No fracture." in str(omar.content)
    omar.save(content_of(impression="A subtle fracture."))
    answer = omar.sign("final", discrepancy="major")
    assert answer.json()["discrepancy"] == "major"
    reading = Reading.objects.get(study=study)
    assert reading.preliminary_at < reading.final_at
    sections = omar.get("versions/1/diff/2/")["sections"]
    changes = next(one for one in sections if one["key"] == "impression")["changes"]
    assert {"op": "delete", "text": "No"} in changes
    numbers = [one["number"] for one in desk.get()["report"]["versions"]]
    assert numbers == [2]
    assert desk.send("GET", "versions/1/diff/2/").status_code == 404


def test_addendum_correction_and_withdrawal(rita, study):
    rita.write_and_sign(content_of(findings="Signed text."))
    assert rita.start("addendum").status_code == 200
    addendum = rita.content["sections"][-1]
    assert (addendum["key"], addendum["code"], addendum["kind"]) == (
        "addendum-1",
        "55107-7",
        "addendum",
    )
    assert rita.sign().json()["code"] == "checks"  # it is empty
    changed = {**rita.content, "sections": [*map(dict, rita.content["sections"])]}
    changed["sections"][0]["body"] = content_of(findings="Other text.")["sections"][0]["body"]
    assert rita.save(changed).json()["code"] == "content"
    body = content_of(findings="Told by telephone.")["sections"][0]["body"]
    sections = [*rita.content["sections"][:-1], {**addendum, "body": body}]
    assert rita.save({**rita.content, "sections": sections}).status_code == 200
    assert rita.sign().json()["status"] == "addended"

    rita.start("correction")
    rita.save(content_of(findings="Corrected text."))
    assert rita.sign().json()["code"] == "reason"
    assert rita.sign(reason="Wrong side").json()["reason"] == "Wrong side"

    assert rita.send("POST", "withdraw/", password=PASSWORD, reason=" ").status_code == 400
    gone = rita.send("POST", "withdraw/", password=PASSWORD, reason="Wrong patient")
    assert gone.json()["status"] == "withdrawn"
    versions = list(ReportVersion.objects.filter(report__study=study))
    assert [one.kind for one in versions] == ["final", "addendum", "correction", "withdrawal"]
    assert broken_version(versions) is None
    with pytest.raises(ImmutableError):
        versions[0].save()
    assert Reading.objects.get(study=study).final_at is None
    assert topics().count("report.withdrawn") == 1
    assert rita.start().status_code == 200  # it is to be read again


def test_a_draft_can_be_given_up_and_stays_among_the_saves(rita, study):
    rita.take(), rita.start()
    rita.save(content_of(findings="Never mind."))
    body = rita.hold(version=rita.version)
    assert rita.send("POST", "draft/discard/", **body).status_code == 204
    report = Report.objects.get(study=study)
    assert (report.status, report.draft_kind, report.draft) == ("unread", "", None)
    saves = rita.get("saves/")
    assert "Never mind." in str(rita.get(f"saves/{saves[0]['id']}/")["content"])


def test_two_signatures_at_once_make_one_version(rita):
    rita.write_and_sign(content_of())
    assert rita.sign().json()["code"] == "closed"
    assert ReportVersion.objects.count() == 1


def test_priors_come_with_their_impression(rita, omar, study):
    earlier = make_study(study.facility, study_date="20250101", modalities="\\CT\\")
    type(earlier).objects.filter(pk=earlier.pk).update(patient=study.patient)
    Window(omar.user, earlier).write_and_sign(content_of(impression="Clear lungs."))
    (prior,) = rita.get("priors/")
    assert prior["impression"] == "Clear lungs."
    assert prior["is_same_kind"] and prior["status"] == "final"
    assert "FINDINGS" in prior["text"]


def test_stat_wants_a_reason(rita, study, north):
    answer = rita.send("PATCH", "reading/", priority=0)
    assert (answer.status_code, answer.json()["code"]) == (400, "reason")
    technician = Window(make_user("TECHNICIAN", north), study)
    answer = technician.send("PATCH", "reading/", priority=0, priority_reason="Stroke")
    assert answer.json()["priority_label"] == "STAT"
    assert "reading.stat" in topics()


def test_a_study_is_given_and_claimed(rita, omar, study):
    answer = rita.send("POST", "assign/", reader=omar.user.pk, reason="chest week")
    assert answer.json()["assigned_to"]["id"] == omar.user.pk
    assert answer.json()["assigned_because"] == "Given by Rita Reader: chest week"
    event = OutboxEvent.objects.get(topic="reading.assigned")
    assert (event.payload["reader_id"], event.payload["by_id"]) == (omar.user.pk, rita.user.pk)
    claim = "/api/reports/claim-next/"
    assert rita.client.post(claim, {}, content_type="application/json").status_code == 204
    mine = omar.client.post(claim, {}, content_type="application/json")
    assert mine.json()["study_instance_uid"] == study.study_instance_uid
    nobody = make_user("ADMIN")
    assert rita.send("POST", "assign/", reader=nobody.pk).json()["code"] == "reader"
