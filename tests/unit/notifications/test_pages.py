import pytest
from django.test import Client

from notifications.dispatch import dispatch_open_events
from notifications.models import Delivery, MailPolicy, Notice, OutboxEvent, Preference
from tests.factories.listing import make_study
from tests.factories.notices import make_addressee, publish_about
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def reader(north):
    """Return a reader who was given two studies."""
    user = make_user("RADIOLOGIST")
    for name in ("Eins^Eva", "<b>Zwei^Zoe"):
        study = make_study(north, patient_name=name)
        publish_about(study, "reading.assigned", reader_id=user.pk)
    dispatch_open_events()
    return user


def test_the_bell_counts_and_reading_empties_it(reader) -> None:
    client = client_of(reader)
    page = client.get("/notifications/").content.decode()
    assert 'data-count aria-hidden="true">2<' in page
    state = client.get("/notifications/recent/").json()
    assert state["unread"] == 2
    first, second = state["notices"]
    assert "Zoe" in first["text"] and first["url"].startswith("/report/?StudyInstanceUID=")
    assert client.post("/notifications/read/", {"id": first["id"]}).json() == {"unread": 1}
    assert OutboxEvent.objects.get(topic="notice.read").user_id == reader.pk
    client.post("/notifications/read/", {"all": "1"})
    assert client.get("/notifications/recent/").json()["unread"] == 0
    assert second["id"] in {one.pk for one in Notice.objects.all()}


def test_names_on_the_page_stay_text(reader) -> None:
    page = client_of(reader).get("/notifications/").content.decode()
    assert "<b>Zwei" not in page and "&lt;b&gt;Zwei" in page


def test_what_the_reader_may_not_see_any_more_is_not_shown(reader, south) -> None:
    reader.role, reader.facility = "FACILITY", south
    reader.save()
    client = client_of(reader)
    assert client.get("/notifications/recent/").json() == {
        "unread": 0,
        "unread_text": "",
        "notices": [],
    }
    page = client.get("/notifications/").content.decode()
    assert "Eva" not in page and "Zoe" not in page


def test_nobody_reads_or_marks_what_is_another_s(reader) -> None:
    other = client_of(make_user("RADIOLOGIST"))
    notice = Notice.objects.first()
    assert other.get("/notifications/recent/").json()["notices"] == []
    other.post("/notifications/read/", {"id": notice.pk})
    other.post("/notifications/read/", {"all": "1"})
    assert not Notice.objects.exclude(read_at=None).exists()


def test_the_link_of_a_mail_leads_on_and_only_its_reader(reader, south) -> None:
    notice = Notice.objects.order_by("pk").first()
    path = f"/notifications/{notice.pk}/"
    assert client_of(make_user("ADMIN")).get(path).status_code == 404
    answer = client_of(reader).get(path)
    assert answer.headers["Location"].startswith("/report/?StudyInstanceUID=")
    notice.refresh_from_db()
    assert notice.read_at is not None
    reader.role, reader.facility = "FACILITY", south
    reader.save()
    assert client_of(reader).get(path).status_code == 404


@pytest.mark.parametrize("words", ["x", "-1", "9" * 30, "1 or 1=1"])
def test_keys_that_are_none_are_nothing(reader, words) -> None:
    client = client_of(reader)
    assert client.post("/notifications/read/", {"id": words}).status_code == 200
    assert client.get("/notifications/", {"before": words}).status_code == 200
    assert not Notice.objects.exclude(read_at=None).exists()


def test_preferences_are_kept_and_offer_what_concerns_the_role(north) -> None:
    desk = make_user("FACILITY", north)
    client = client_of(desk)
    page = client.get("/notifications/preferences/").content.decode()
    assert "mail:report.final" in page and "mail:reading.stat" not in page
    data = {"digest_at": "06:30", "time_zone": "Europe/Berlin", "mail:report.final": "now"}
    data |= {"quiet_from": "22:00", "quiet_until": "06:00", "mail:reading.stat": "now"}
    assert client.post("/notifications/preferences/", data).status_code == 302
    kept = Preference.objects.get(user=desk)
    assert kept.choices["report.final"] == {"app": False, "mail": "now"}
    assert "reading.stat" not in kept.choices
    assert (kept.time_zone, kept.has_sound) == ("Europe/Berlin", False)
    page = client.get("/notifications/preferences/").content.decode()
    assert 'value="22:00"' in page and 'value="06:30"' in page
    bad = client.post("/notifications/preferences/", {**data, "quiet_until": ""})
    assert bad.status_code == 200 and "Quiet hours need" in bad.content.decode()


def test_the_pages_are_for_the_signed_in(client) -> None:
    for path in ("", "recent/", "preferences/"):
        assert client.get(f"/notifications/{path}").status_code == 302


def test_administrators_see_deliveries_and_try_again(north, has_mail) -> None:
    make_addressee("FACILITY", north)
    publish_about(make_study(north), "report.corrected")
    dispatch_open_events()
    Delivery.objects.update(state=Delivery.State.FAILED, error="550 no")
    client = client_of(make_user("ADMIN"))
    page = client.get("/admin/notifications/delivery/?state__exact=failed").content.decode()
    assert "550 no" in page
    data = {"action": "try_again", "_selected_action": [Delivery.objects.get().pk]}
    client.post("/admin/notifications/delivery/", data)
    assert Delivery.objects.get().state == Delivery.State.WAITING
    radiologist = client_of(make_user("RADIOLOGIST"))
    assert radiologist.get("/admin/notifications/delivery/").status_code == 302


def test_what_a_facility_lets_be_written_is_set_by_administrators(north) -> None:
    client = client_of(make_user("ADMIN"))
    data = {"facility": north.pk, "includes_patient": "on"}
    assert client.post("/admin/notifications/mailpolicy/add/", data).status_code == 302
    assert MailPolicy.objects.get().includes_patient
