import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import sealing
from audit.actors import SYSTEM
from audit.models import AuditEvent, AuditSeal
from audit.sealing import seal_settled_events, verify_chain
from audit.services import record_application_started

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.SECRET_KEY_FALLBACKS = []
    return tmp_path


def write(count, service="web"):
    for _ in range(count):
        record_application_started(actor=SYSTEM, service=service)


@pytest.fixture
def chain():
    """Return the rows of three seals over ten rows."""
    for count in (3, 4, 3):
        write(count)
        assert seal_settled_events() == count
    return list(AuditEvent.objects.order_by("id"))


def tamper(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_an_untouched_log_verifies(chain):
    found = verify_chain()
    assert (found.seals, found.events, found.unsealed, found.faults) == (3, 10, 0, [])
    write(2)
    assert verify_chain().unsealed == 2
    assert verify_chain().faults == []


def test_sealing_without_news_adds_nothing(chain):
    assert seal_settled_events() == 0
    assert AuditSeal.objects.count() == 3


def test_many_rows_get_several_seals(monkeypatch):
    monkeypatch.setattr(sealing, "_MAX_ROWS", 4)
    write(10)
    assert seal_settled_events() == 10
    assert list(AuditSeal.objects.values_list("event_count", flat=True)) == [4, 4, 2]
    assert verify_chain().faults == []


@pytest.mark.parametrize(
    "column", ["user_name", "event_code", "address", "study_instance_uid", "patient_id", "role"]
)
def test_an_edited_text_shows(chain, column):
    tamper(f"UPDATE audit_auditevent SET {column} = 'x' WHERE id = %s", chain[4].pk)
    assert len(verify_chain().faults) == 1


def test_an_edited_detail_shows(chain):
    tamper("UPDATE audit_auditevent SET detail = %s WHERE id = %s", '{"a": 1}', chain[4].pk)
    assert "content" in verify_chain().faults[0]


def test_an_edited_time_shows(chain):
    tamper(
        "UPDATE audit_auditevent SET occurred_at = %s WHERE id = %s",
        "2001-01-01 00:00:00",
        chain[0].pk,
    )
    assert verify_chain().faults


@pytest.mark.parametrize("position", [0, 4, 9])
def test_a_deleted_row_shows(chain, position):
    tamper("DELETE FROM audit_auditevent WHERE id = %s", chain[position].pk)
    assert any("exist" in fault for fault in verify_chain().faults)


def test_a_row_put_in_afterwards_shows(chain):
    tamper("UPDATE audit_auditevent SET id = %s WHERE id = %s", chain[4].pk + 1000, chain[4].pk)
    assert verify_chain().faults


def test_a_removed_seal_shows(chain):
    tamper("DELETE FROM audit_auditseal WHERE first_event_id = %s", chain[3].pk)
    assert verify_chain().faults


def test_a_cut_off_end_shows(chain):
    tamper("DELETE FROM audit_auditevent WHERE id >= %s", chain[7].pk)
    tamper("DELETE FROM audit_auditseal WHERE first_event_id >= %s", chain[7].pk)
    assert any("end of the chain" in fault for fault in verify_chain().faults)


def test_a_wholly_emptied_log_shows(chain):
    tamper("DELETE FROM audit_auditevent")
    tamper("DELETE FROM audit_auditseal")
    assert verify_chain().faults


def test_a_chain_made_with_another_key_does_not_fit(chain, settings):
    settings.SECRET_KEY = "another secret altogether"
    assert len(verify_chain().faults) == 3


def test_a_changed_key_is_accepted_among_the_fallbacks(chain, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret altogether"
    assert verify_chain().faults == []
    write(1)
    seal_settled_events()
    assert verify_chain().faults == []


def test_the_last_seal_is_known_outside_of_the_database(chain, place):
    lines = (place / "audit-seals.jsonl").read_text().splitlines()
    assert [json.loads(line)["last_event_id"] for line in lines] == [
        seal.last_event_id for seal in AuditSeal.objects.order_by("id")
    ]


def test_a_line_cut_by_a_crash_is_passed_over(chain, place):
    with (place / "audit-seals.jsonl").open("a") as stream:
        stream.write('{"last_event')
    assert verify_chain().faults == []


def test_the_command_seals_and_verifies(capsys):
    write(3)
    call_command("verify_audit")
    assert "as it was written" in capsys.readouterr().out
    assert AuditSeal.objects.count() == 1


def test_the_command_fails_and_does_not_seal_over_a_fault(chain):
    tamper("DELETE FROM audit_auditevent WHERE id = %s", chain[0].pk)
    write(1)
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit")
    assert AuditSeal.objects.count() == 3
