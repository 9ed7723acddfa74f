"""Annotations through the API: who may, what is kept, what collides."""

import subprocess
from typing import Any

import orjson
import pytest
from django.test import Client
from highdicom.sr import ComprehensiveSR
from pydicom import dcmread

from archive.access import open_instance
from archive.models import Instance, QuarantinedObject, Study
from archive.services import delete_study
from audit.actors import SYSTEM
from audit.models import AuditEvent
from notifications.models import OutboxEvent
from tests.factories.dicom import ct_file
from tests.factories.drawing import drawing, new_uid
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility, make_user
from tests.factories.storing import store
from viewer.annotations import services
from viewer.models import Annotation, AnnotationVersion

__all__ = ["archive_folders"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("archive_folders")]


class Pen:
    """Somebody who draws: a client of the API."""

    def __init__(self, user: Any) -> None:
        self.user, self.client = user, Client()
        self.client.force_login(user)

    def put(self, content: dict[str, Any], revision: int = 0, query: str = "") -> Any:
        body = orjson.dumps({"annotation": content, "revision": revision})
        address = f"/api/annotations/{content['uid']}/{query}"
        return self.client.put(address, body, content_type="application/json")

    def delete(self, uid: str, revision: int) -> Any:
        body = orjson.dumps({"revision": revision})
        return self.client.delete(f"/api/annotations/{uid}/", body, content_type="application/json")

    def get(self, study: Study, query: str = "") -> Any:
        return self.client.get(f"/api/annotations/?study={study.study_instance_uid}{query}")

    def seen(self, study: Study) -> list[dict[str, Any]]:
        response = self.get(study)
        assert response.status_code == 200, response.content
        return list(response.json()["annotations"])


@pytest.fixture
def north():
    return make_facility("North")


@pytest.fixture
def image(north) -> Instance:
    store(north, ct_file(instance=1))
    store(north, ct_file(instance=2))
    return Instance.objects.select_related("study", "series").get(instance_number=1)


@pytest.fixture
def rita(image) -> Pen:
    return Pen(make_user("RADIOLOGIST"))


@pytest.fixture
def omar(image) -> Pen:
    return Pen(make_user("RADIOLOGIST"))


def test_what_one_draws_others_see(rita, omar, image, north):
    content = drawing(image, label="Nodule")
    assert rita.put(content).json() == {"revision": 1}
    (mine,), (others,) = rita.seen(image.study), omar.seen(image.study)
    assert mine.items() >= content.items()
    assert (mine["is_mine"], others["is_mine"]) == (True, False)
    assert others["author"] == rita.user.get_username()
    assert (others["author_id"], others["revision"]) == (rita.user.pk, 1)
    desk = Pen(make_user("FACILITY", north))
    assert desk.seen(image.study)[0]["label"] == "Nodule"
    assert desk.put(drawing(image)).status_code == 403
    event = OutboxEvent.objects.get(topic="annotation.changed")
    assert event.facility_id == north.pk
    assert event.payload == {
        "study": image.study.study_instance_uid,
        "study_id": image.study_id,
        "by_id": rita.user.pk,
    }
    audit = AuditEvent.objects.get(detail__event="annotation created")
    assert (audit.user_id, audit.patient_id) == (rita.user.pk, "P00001")
    assert audit.detail["annotation"] == content["uid"]
    assert "Nodule" not in str(audit.detail)


def test_every_change_is_kept(rita, image):
    content = drawing(image)
    rita.put(content)
    longer = {**content, "points": [[0, 0], [3, 3]], "label": "Longer"}
    assert rita.put(longer, 1).json() == {"revision": 2}
    assert rita.delete(content["uid"], 2).status_code == 204
    assert rita.seen(image.study) == []
    assert rita.delete(content["uid"], 2).status_code == 204  # again does nothing
    history = rita.client.get(f"/api/annotations/{content['uid']}/").json()
    assert [one["revision"] for one in history["versions"]] == [1, 2, 3]
    assert [one["annotation"] for one in history["versions"]] == [content, longer, None]
    assert history["annotation"]["is_deleted"] is True
    assert rita.put(longer, 3).json() == {"revision": 4}  # and comes back
    assert rita.seen(image.study)[0]["label"] == "Longer"
    events = AuditEvent.objects.filter(detail__annotation=content["uid"]).order_by("pk")
    said = [event.detail["event"].removeprefix("annotation ") for event in events]
    assert said == ["created", "changed", "deleted", "restored"]
    assert OutboxEvent.objects.filter(topic="annotation.changed").count() == 4


def test_a_change_of_an_older_state_is_refused(rita, image):
    content = drawing(image)
    rita.put(content)
    rita.put({**content, "label": "One"}, 1)
    late = rita.put({**content, "label": "Two"}, 1)
    assert (late.status_code, late.headers["Content-Type"]) == (409, "application/problem+json")
    problem = late.json()
    assert problem["code"] == "stale-annotation"
    assert (problem["annotation"]["label"], problem["annotation"]["revision"]) == ("One", 2)
    assert rita.delete(content["uid"], 1).json()["code"] == "stale-annotation"
    assert AnnotationVersion.objects.count() == 2


def test_the_same_once_more_is_answered_as_before(rita, image):
    """The answer to a save may be lost, and the browser tries again."""
    content = drawing(image)
    assert [rita.put(content).json()["revision"] for _ in range(2)] == [1, 1]
    assert AnnotationVersion.objects.count() == 1


def test_only_its_author_changes_it_and_an_administrator_may_delete_it(rita, omar, image):
    content = drawing(image)
    rita.put(content)
    refused = omar.put({**content, "label": "Mine"}, 1)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-the-author")
    assert omar.delete(content["uid"], 1).status_code == 403
    admin = Pen(make_user("ADMIN"))
    assert admin.put({**content, "label": "Mine"}, 1).status_code == 403
    assert admin.delete(content["uid"], 1).status_code == 204
    last = AnnotationVersion.objects.get(revision=2)
    assert (last.author, last.content) == (admin.user, None)


def test_a_technician_draws_on_studies_of_the_house(image, north):
    content = drawing(image)
    assert Pen(make_user("TECHNICIAN", north)).put(content).status_code == 200
    south = Pen(make_user("TECHNICIAN", make_facility("South")))
    unknown = {**content, "uid": new_uid(), "study_instance_uid": "1.2.3"}
    strange, missing = south.put({**content, "label": "x"}, 1), south.put(unknown)
    assert (strange.status_code, strange.content) == (404, missing.content)
    assert south.put(drawing(image)).content == missing.content
    assert south.delete(content["uid"], 1).content == south.delete(new_uid(), 1).content
    assert south.get(image.study).status_code == 404
    assert Annotation.objects.get().revision == 1


def test_a_name_that_is_taken_elsewhere_is_unknown(rita, image, north):
    """In another study, and in another facility's study of the same UID."""
    content = drawing(image)
    rita.put(content)
    store(north, ct_file(study=2))
    other = Instance.objects.select_related("study", "series").get(study__study_id="S2")
    answer = rita.put(drawing(other, uid=content["uid"]), 1)
    assert answer.status_code == 404
    south = make_facility("South")
    store(south, ct_file(instance=1))
    theirs = Pen(make_user("TECHNICIAN", south))
    assert theirs.put({**content, "label": "Theirs"}, 1).status_code == 404
    assert theirs.put({**content, "label": "Theirs"}).status_code == 404
    assert theirs.put({**content, "uid": new_uid()}).status_code == 200
    assert len(rita.seen(image.study)) == 1
    assert len(rita.get(image.study, f"&facility={south.pk}").json()["annotations"]) == 1
    assert Annotation.objects.get(uid=content["uid"]).content == content


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sop_instance_uid": "1.2.3"}, 404),
        ({"series_instance_uid": "1.2.3"}, 400),
        ({"frame": 2}, 400),
        ({"label": "one\ntwo"}, 400),
        ({"points": []}, 400),
    ],
)
def test_what_does_not_fit_is_refused(rita, image, changes, status):
    assert rita.put(drawing(image, **changes)).status_code == status
    assert not Annotation.objects.exists()


def test_address_and_body_name_the_same(rita, image):
    body = orjson.dumps({"annotation": drawing(image), "revision": 0})
    address = f"/api/annotations/{new_uid()}/"
    answer = rita.client.put(address, body, content_type="application/json")
    assert answer.status_code == 400
    body = orjson.dumps({"annotation": drawing(image), "revision": -1})
    assert rita.client.put(address, body, content_type="application/json").status_code == 400


def test_a_study_has_room_for_so_many(rita, image, monkeypatch):
    monkeypatch.setattr(services, "PER_STUDY", 2)
    contents = [drawing(image) for _ in range(3)]
    assert [rita.put(one).status_code for one in contents] == [200, 200, 409]
    assert rita.delete(contents[0]["uid"], 1).status_code == 204
    assert rita.put(contents[2]).status_code == 200
    assert rita.put(contents[0]).json()["code"] == "too-many-annotations"


def test_annotations_go_where_their_images_go(rita, image):
    """A series is moved to a study of its own; the study that it leaves is deleted."""
    from archive.corrections import move_series

    content = drawing(image)
    rita.put(content)
    source = image.study
    assert move_series([image.series], None, actor=SYSTEM, reason="test") is not None
    goal = Study.objects.exclude(pk=source.pk).get()
    (moved,) = rita.seen(goal)
    assert moved["study_instance_uid"] == goal.study_instance_uid
    back = {key: moved[key] for key in content}
    assert rita.put({**back, "label": "Moved"}, 1).json() == {"revision": 2}
    assert rita.get(source).status_code in {200, 404}


def test_annotations_go_with_their_study(rita, image):
    rita.put(drawing(image))
    delete_study(image.study, actor=SYSTEM, reason="test")
    assert not Annotation.objects.exists() and not AnnotationVersion.objects.exists()


def test_what_is_rejected_takes_its_annotations_out_of_view(rita, image, north):
    rita.put(drawing(image))
    Instance.objects.filter(pk=image.pk).update(is_hidden=True)
    assert rita.seen(image.study) == []
    assert len(Pen(make_user("TECHNICIAN", north)).seen(image.study)) == 1
    assert rita.put(drawing(image)).status_code == 404


SR = "1.2.840.10008.5.1.4.1.1.88.33"


def write_sr(pen: Pen, study: Study) -> Any:
    body = orjson.dumps({"study": study.study_instance_uid})
    return pen.client.post("/api/annotations/sr/", body, content_type="application/json")


def everything(pen: Pen, study: Study) -> tuple[list[Any], list[Any]]:
    answer = pen.get(study).json()
    return answer["annotations"], answer["from_sr"]


def test_what_stands_is_written_into_the_study_as_a_report(rita, omar, image, tmp_path):
    """dcmtk and highdicom read it; it names who measured, and tells nothing twice."""
    rita.user.first_name, rita.user.last_name = "Ρίτα", "Ελληνίδα"
    rita.user.save()
    mine, gone = drawing(image, label="Nodule"), drawing(image)
    rita.put(mine), rita.put(gone), rita.delete(gone["uid"], 1)
    theirs = drawing(
        image, "angle", points=[[0, 0], [1, 0], [1, 1]], values=[_value("angle", 90, "deg")]
    )
    omar.put(theirs)
    answer = write_sr(omar, image.study)
    assert answer.status_code == 201
    report = Instance.objects.select_related("study").get(sop_class_uid=SR)
    assert answer.json() == {"sop_instance_uid": report.sop_instance_uid}
    assert (report.study, QuarantinedObject.objects.count()) == (image.study, 0)
    path = tmp_path / "report.dcm"
    with open_instance(report) as stream:
        path.write_bytes(stream.read())
    dumped = subprocess.run(["dsrdump", "+U8", path], capture_output=True, text=True, check=True)
    # What dcmtk cannot check is whether UTF-8 holds what the VRs allow.
    said = [line for line in dumped.stderr.splitlines() if "VR checker" not in line]
    assert not said, said
    for wanted in ("Nodule", "Ελληνίδα^Ρίτα", 'NUM:(,,"Angle")="90.0" (deg', "North"):
        assert wanted in dumped.stdout
    assert "Cobb" not in dumped.stdout
    whole = ComprehensiveSR.from_dataset(dcmread(path))
    assert whole.SpecificCharacterSet == "ISO_IR 192" and whole.PatientID == "P00001"
    groups = whole.content.get_image_measurement_groups()
    assert {group.tracking_uid for group in groups} == {mine["uid"], theirs["uid"]}
    annotations, from_sr = everything(rita, image.study)
    assert (len(annotations), from_sr) == (2, [])
    rita.delete(mine["uid"], 1)
    assert everything(rita, image.study)[1] == []  # what was deleted does not come back
    audit = AuditEvent.objects.get(detail__event="images described")
    assert (audit.detail["count"], audit.user_id) == (2, omar.user.pk)


def _value(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit}


def test_reports_of_others_are_read(rita, image, north):
    """The same report, in an archive that knows none of its annotations."""
    contents = [
        drawing(image, label="Nodule", points=[[0.25, 1], [3.5, 1]]),
        drawing(image, "probe", points=[[1, 2]], values=[_value("value", -5, "[hnsf'U]")]),
    ]
    for content in contents:
        rita.put(content)
    uid = write_sr(rita, image.study).json()["sop_instance_uid"]
    Annotation.objects.all().delete()
    annotations, from_sr = everything(Pen(make_user("FACILITY", north)), image.study)
    assert annotations == []
    by_uid = {one["uid"]: one for one in from_sr}
    for content in contents:
        found = by_uid[content["uid"]]
        expected = {**content, "author": rita.user.get_username(), "is_mine": False, "source": uid}
        label = content["label"] or "probe 2"
        assert found == {**expected, "label": label, "note": found["note"]}
    Instance.objects.filter(sop_class_uid=SR).update(is_hidden=True)
    assert everything(rita, image.study)[1] == []


def test_the_newest_report_of_the_same_counts(rita, image):
    content = drawing(image)
    rita.put(content)
    write_sr(rita, image.study)
    rita.put({**content, "label": "Newer"}, 1)
    newer = write_sr(rita, image.study).json()["sop_instance_uid"]
    Annotation.objects.all().delete()
    (found,) = everything(rita, image.study)[1]
    assert (found["label"], found["source"]) == ("Newer", newer)


def test_of_nothing_there_is_no_report(rita, image, north):
    assert write_sr(rita, image.study).json()["code"] == "nothing-to-write"
    assert write_sr(Pen(make_user("FACILITY", north)), image.study).status_code == 403
    south = Pen(make_user("TECHNICIAN", make_facility("South")))
    assert write_sr(south, image.study).status_code == 404
    assert not Instance.objects.filter(sop_class_uid=SR).exists()


def mark(pen: Pen, study: Study, *places: dict[str, Any]) -> Any:
    body = orjson.dumps({"study": study.study_instance_uid, "instances": places})
    return pen.client.post("/api/key-images/", body, content_type="application/json")


def marked(pen: Pen, study: Study) -> list[str]:
    answer = pen.client.get(f"/api/key-images/?study={study.study_instance_uid}")
    return [one["sop"] for one in answer.json()["key_images"]]


def test_key_images_are_a_document_in_the_study(rita, omar, image, north, tmp_path):
    other = Instance.objects.get(instance_number=2)
    first, second = {"sop": image.sop_instance_uid}, {"sop": other.sop_instance_uid}
    uid = mark(rita, image.study, first, second, first).json()["sop_instance_uid"]
    assert marked(omar, image.study) == [first["sop"], second["sop"]]
    path = tmp_path / "key.dcm"
    with open_instance(Instance.objects.get(sop_instance_uid=uid)) as stream:
        path.write_bytes(stream.read())
    dumped = subprocess.run(["dsrdump", "+U8", "+Pc", path], capture_output=True, text=True)
    assert dumped.returncode == 0 and "E:" not in dumped.stderr
    assert '(113020,DCM,"For Report Attachment")' in dumped.stdout
    assert mark(omar, image.study, second).status_code == 201
    assert marked(rita, image.study) == [second["sop"]]
    assert mark(rita, image.study).status_code == 400
    assert mark(rita, image.study, {**first, "frame": 2}).status_code == 400
    assert mark(rita, image.study, {"sop": "1.2.3"}).status_code == 404
    assert mark(Pen(make_user("FACILITY", north)), image.study, first).status_code == 403
    south = Pen(make_user("TECHNICIAN", make_facility("South")))
    assert mark(south, image.study, first).status_code == 404
