import pytest

from notifications.dispatch import dispatch_event, dispatch_open_events
from notifications.kinds import KINDS
from notifications.models import Delivery, Notice, OutboxEvent
from notifications.outbox import publish
from notifications.services import save_preference
from notifications.stream import may_hear
from tests.factories.listing import make_study
from tests.factories.notices import make_addressee, publish_about
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def told(topic: str) -> set[int]:
    return set(Notice.objects.filter(topic=topic).values_list("user_id", flat=True))


def test_an_event_of_which_nobody_is_told_is_born_done() -> None:
    event = publish("study.received", facility_id=1, payload={})
    assert event.dispatched_at is not None
    assert dispatch_open_events() == 0


def test_a_commit_wakes_the_worker(north, django_capture_on_commit_callbacks, monkeypatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr("notifications.outbox.wake", lambda: calls.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        publish_about(make_study(north), "report.final")
        publish("study.received", facility_id=north.pk, payload={})
    assert calls == [1]


def test_final_reports_are_told_to_the_facility_alone(north, south) -> None:
    desk = make_user("FACILITY", north)
    for role, facility in (
        ("FACILITY", south),
        ("TECHNICIAN", north),
        ("RADIOLOGIST", None),
        ("ADMIN", None),
    ):
        make_user(role, facility)
    publish_about(make_study(north), "report.final")
    dispatch_open_events()
    assert told("report.final") == {desk.pk}


def test_the_assigned_reader_is_told_but_not_of_what_they_did_themselves(north) -> None:
    reader, chief = make_user("RADIOLOGIST"), make_user("ADMIN")
    study = make_study(north)
    publish_about(study, "reading.assigned", reader_id=reader.pk, by_id=chief.pk)
    publish_about(study, "reading.assigned", reader_id=reader.pk, by_id=reader.pk)
    dispatch_open_events()
    assert Notice.objects.filter(user=reader).count() == 1


@pytest.mark.parametrize("role", ["TECHNICIAN", "FACILITY"])
def test_a_key_in_a_payload_gives_no_right(north, role) -> None:
    somebody = make_user(role, north)
    publish_about(make_study(north), "reading.assigned", reader_id=somebody.pk)
    dispatch_open_events()
    assert told("reading.assigned") == set()


def test_inactive_users_are_told_nothing(north) -> None:
    reader = make_user("RADIOLOGIST")
    reader.is_active = False
    reader.save()
    publish_about(make_study(north), "reading.stat")
    dispatch_open_events()
    assert told("reading.stat") == set()


def test_stat_is_told_to_radiologists_and_rejections_to_technicians_of_the_house(
    north, south
) -> None:
    radiologist = make_user("RADIOLOGIST")
    technician, _other = make_user("TECHNICIAN", north), make_user("TECHNICIAN", south)
    make_user("ADMIN")
    study = make_study(north)
    publish_about(study, "reading.stat")
    publish_about(study, "study.rejected", reason="111210")
    dispatch_open_events()
    assert told("reading.stat") == {radiologist.pk}
    assert told("study.rejected") == {technician.pk}


def test_doing_it_twice_changes_nothing(north) -> None:
    make_user("FACILITY", north)
    event = publish_about(make_study(north), "report.final")
    assert dispatch_event(event.pk) == 1
    assert dispatch_event(event.pk) == 0
    OutboxEvent.objects.filter(pk=event.pk).update(dispatched_at=None)
    dispatch_open_events()
    assert Notice.objects.count() == 1


def test_events_with_lower_keys_that_commit_late_are_found(north) -> None:
    make_user("FACILITY", north)
    first = publish_about(make_study(north), "report.final")
    second = publish_about(make_study(north), "report.final")
    OutboxEvent.objects.filter(pk=first.pk).update(dispatched_at=second.created_at)
    dispatch_open_events()
    OutboxEvent.objects.filter(pk=first.pk).update(dispatched_at=None)
    dispatch_open_events()
    assert set(Notice.objects.values_list("event_id", flat=True)) == {first.pk, second.pk}


def test_one_event_that_breaks_keeps_no_other_waiting(north, monkeypatch, caplog) -> None:
    make_user("FACILITY", north)
    bad = publish_about(make_study(north), "report.final")
    good = publish_about(make_study(north), "report.addended")
    from notifications import dispatch

    real = dispatch.audience_of

    def audience(kind, event):
        if event.pk == bad.pk:
            raise RuntimeError("broken")
        return real(kind, event)

    monkeypatch.setattr(dispatch, "audience_of", audience)
    assert dispatch_open_events() == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.dispatched_at is None and good.dispatched_at is not None
    assert "could not be dispatched" in caplog.text


def test_the_live_event_goes_to_its_user_alone(north) -> None:
    reader, other = make_user("RADIOLOGIST"), make_user("RADIOLOGIST")
    publish_about(make_study(north), "reading.assigned", reader_id=reader.pk)
    dispatch_open_events()
    event = OutboxEvent.objects.get(topic="notice.new")
    assert event.user_id == reader.pk and event.dispatched_at is not None
    assert may_hear(reader, event.facility_id, event.user_id)
    assert not may_hear(other, event.facility_id, event.user_id)
    assert "study" not in event.payload


def test_sound_is_for_stat_and_only_where_it_is_wanted(north) -> None:
    loud, silent = make_user("RADIOLOGIST"), make_user("RADIOLOGIST")
    save_preference(silent, has_sound=False)
    publish_about(make_study(north), "reading.stat")
    dispatch_open_events()
    sounds = {
        event.user_id: event.payload["has_sound"]
        for event in OutboxEvent.objects.filter(topic="notice.new")
    }
    assert sounds == {loud.pk: True, silent.pk: False}


def test_preferences_decide_the_channels(north, has_mail) -> None:
    at_once, digest, nothing = (make_addressee("FACILITY", north) for _ in range(3))
    kind = "report.final"
    save_preference(at_once, choices={kind: {"app": False, "mail": "now"}})
    save_preference(digest, choices={kind: {"app": True, "mail": "digest"}})
    save_preference(nothing, choices={kind: {"app": False, "mail": "off"}})
    publish_about(make_study(north), kind)
    dispatch_open_events()
    assert told(kind) == {at_once.pk, digest.pk}
    assert [one.user_id for one in Delivery.objects.all()] == [at_once.pk]
    assert Notice.objects.get(user=digest).wants_digest
    assert not Notice.objects.get(user=at_once).is_in_app


def test_without_a_mail_server_no_delivery_is_made(north, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    make_addressee("FACILITY", north)
    publish_about(make_study(north), "report.corrected")
    dispatch_open_events()
    assert Notice.objects.count() == 1
    assert Delivery.objects.count() == 0


def test_every_kind_says_something_and_names_a_known_permission() -> None:
    from worklist.roles import ROLE_PERMISSIONS

    known = frozenset().union(*ROLE_PERMISSIONS.values())
    for kind in KINDS.values():
        assert kind.needs in known, kind.key
        assert str(kind.label) and str(kind.sentence).endswith(".")
        assert kind.everybody or kind.involved or kind.payload_users, kind.key
