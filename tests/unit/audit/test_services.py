import inspect

import pytest
from django.contrib.auth.models import AnonymousUser

from audit import services
from audit.actors import SYSTEM, Actor
from audit.models import AuditEvent
from tests.factories.people import make_facility, make_user

ANN = Actor(user_id=7, user_name="ann", role="ADMIN", facility_id=3, address="192.0.2.1")

# One call of every public function, and the codes of the row it must leave (PS3.15 A.5.3).
CALLS = {
    "record_instance_stored": (
        {"facility_id": 9, "study_instance_uid": "1.2", "patient_id": "P", "door": "dimse"},
        ("110104", "", "C", 0),
    ),
    "record_quarantined": (
        {
            "facility_id": 9,
            "study_instance_uid": "1.2",
            "sop_instance_uid": "1.2.3",
            "patient_id": "P",
            "door": "stow",
            "reason": "uid-conflict",
        },
        ("110104", "", "C", 4),
    ),
    "record_quarantine_resolved": (
        {
            "facility_id": 9,
            "study_instance_uid": "1.2",
            "sop_instance_uid": "1.2.3",
            "resolution": "discarded",
        },
        ("110105", "", "D", 0),
    ),
    "record_study_accessed": (
        {"study_instance_uid": "1.2", "means": "viewer"},
        ("110103", "", "R", 0),
    ),
    "record_instances_sent": (
        {"study_instance_uid": "1.2", "destination": "AE", "count": 2, "failed": 1},
        ("110104", "", "R", 4),
    ),
    "record_query": (
        {"means": "qido", "level": "STUDY", "filters": {"PatientName": "A*"}, "matches": 3},
        ("110112", "", "E", 0),
    ),
    "record_export": (
        {"study_instance_uid": "1.2", "form": "zip", "count": 3},
        ("110106", "", "R", 0),
    ),
    "record_deleted": (
        {
            "facility_id": 9,
            "study_instance_uid": "1.2",
            "patient_id": "P",
            "count": 3,
            "reason": "asked for",
        },
        ("110105", "", "D", 0),
    ),
    "record_sign_in": ({}, ("110114", "110122", "E", 0)),
    "record_sign_in_failed": ({}, ("110114", "110122", "E", 8)),
    "record_sign_out": ({}, ("110114", "110123", "E", 0)),
    "record_password_changed": ({}, ("110113", "110137", "U", 0)),
    "record_refused_association": (
        {"called_ae": "NOCTIS", "reason": "unknown AE"},
        ("110113", "110126", "E", 8),
    ),
    "record_refused_access": ({"what": "/media/x"}, ("110113", "110135", "R", 8)),
    "record_administration": (
        {"subject_kind": "peer", "subject": "CT1", "change": "created"},
        ("110113", "110128", "C", 0),
    ),
    "record_application_started": ({"service": "dicom"}, ("110100", "110120", "E", 0)),
    "record_application_stopped": ({"service": "dicom"}, ("110100", "110121", "E", 0)),
}

pytestmark = pytest.mark.django_db


def public_functions():
    return {
        name: function
        for name, function in inspect.getmembers(services, inspect.isfunction)
        if function.__module__ == services.__name__ and not name.startswith("_")
    }


def test_every_function_is_tried_here_and_takes_keywords_only():
    assert set(public_functions()) == set(CALLS)
    for function in public_functions().values():
        kinds = {one.kind for one in inspect.signature(function).parameters.values()}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", CALLS)
def test_each_kind_of_event_leaves_one_row_with_its_codes(name):
    arguments, codes = CALLS[name]
    getattr(services, name)(actor=ANN, **arguments)
    row = AuditEvent.objects.get()
    assert (row.event_code, row.type_code, row.action, row.outcome) == codes
    assert (row.user_id, row.user_name, row.role, row.address) == (7, "ann", "ADMIN", "192.0.2.1")
    assert row.facility_id == arguments.get("facility_id", 3)
    assert row.study_instance_uid == arguments.get("study_instance_uid", "")


def test_an_import_is_an_import():
    arguments = CALLS["record_instance_stored"][0] | {"door": "import", "count": 5}
    services.record_instance_stored(actor=SYSTEM, **arguments)
    row = AuditEvent.objects.get()
    assert (row.event_code, row.detail["instances"]) == ("110107", 5)


def test_hostile_text_is_stored_without_harm():
    nasty = "a\0b\ud800c\\u0000" + "x" * 500
    services.record_query(
        actor=Actor(user_name=nasty), means="c-find", level="STUDY", filters={nasty: nasty}
    )
    row = AuditEvent.objects.get()
    assert row.user_name.startswith("a b c\\u0000x")
    assert len(row.user_name) == 150
    ((key, value),) = row.detail["filters"].items()
    assert key == value
    assert key.startswith("a b c\\u0000x")


def test_who_a_user_is():
    facility = make_facility()
    user = make_user("TECHNICIAN", facility)
    actor = Actor.of_user(user, "192.0.2.9")
    assert actor == Actor(user.pk, user.username, "TECHNICIAN", facility.pk, "192.0.2.9")
    assert Actor.of_user(AnonymousUser(), "192.0.2.9") == Actor(address="192.0.2.9")


def test_who_a_peer_is():
    assert Actor.of_peer("CT1", 4, "192.0.2.9") == Actor(None, "CT1", "AE", 4, "192.0.2.9")
