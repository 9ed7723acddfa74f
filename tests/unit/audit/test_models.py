import pytest

from audit.actors import SYSTEM
from audit.models import AppendOnlyError, AuditEvent
from audit.services import record_sign_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    record_sign_out(actor=SYSTEM)
    return AuditEvent.objects.get()


def test_a_row_is_never_changed(row):
    row.user_name = "somebody else"
    with pytest.raises(AppendOnlyError):
        row.save()
    row.refresh_from_db()
    assert row.user_name == "system"


def test_a_row_is_never_deleted(row):
    with pytest.raises(AppendOnlyError):
        row.delete()
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda rows: rows.update(user_name="x"),
        lambda rows: rows.delete(),
        lambda rows: rows.bulk_update([], ["user_name"]),
        lambda rows: rows.update_or_create(pk=1, defaults={"user_name": "x"}),
    ],
)
def test_nor_are_many_at_once(row, act):
    for rows in (AuditEvent.objects, AuditEvent.objects.all(), AuditEvent.objects.filter(pk=1)):
        if rows is AuditEvent.objects and act.__code__.co_names[0] == "delete":
            continue  # managers have no delete of their own
        with pytest.raises(AppendOnlyError):
            act(rows)
    assert AuditEvent.objects.count() == 1


def test_a_copy_cannot_take_the_place_of_a_row(row):
    from django.db import IntegrityError, transaction

    copy = AuditEvent(pk=row.pk, event_code="0", action="C")
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()
