import pytest

from audit.models import AuditEvent
from reports.models import AssignmentRule, TurnaroundTarget
from tests.factories.people import make_user

RULE = "/admin/reports/assignmentrule/add/"
TARGET = "/admin/reports/turnaroundtarget/add/"


@pytest.fixture
def administrator(client, db):
    user = make_user("ADMIN")
    client.force_login(user)
    return user


def form(**fields):
    return {"name": "Chest", "position": 1, "is_active": "on", "strategy": "in-turn"} | fields


def test_a_rule_is_made_and_recorded(client, administrator, rita):
    answer = client.post(RULE, form(modality="ct", body_part=" chest ", readers=[rita.pk]))
    assert answer.status_code == 302
    rule = AssignmentRule.objects.get()
    assert (rule.modality, rule.body_part, list(rule.readers.all())) == ("CT", "CHEST", [rita])
    row = AuditEvent.objects.get(detail__kind="assignment rule")
    assert (row.user_id, row.action, row.detail["subject"]) == (administrator.pk, "C", "Chest")


def test_only_radiologists_are_offered_and_taken(client, administrator, rita):
    page = client.get(RULE).content.decode()
    assert f'value="{rita.pk}"' in page
    client.post(RULE, form(readers=[administrator.pk]))
    assert not AssignmentRule.objects.exists()


def test_a_target_is_between_a_minute_and_a_year(client, administrator):
    client.post(TARGET, {"priority": 2, "modality": "mr", "minutes": 0})
    assert not TurnaroundTarget.objects.exists()
    client.post(TARGET, {"priority": 2, "modality": "mr", "minutes": 300})
    assert TurnaroundTarget.objects.get().modality == "MR"


@pytest.mark.parametrize("address", [RULE, TARGET])
def test_readers_do_not_make_rules(client, rita, address):
    client.force_login(rita)
    assert client.get(address).status_code in {302, 403}
