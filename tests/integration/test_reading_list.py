"""The reading list on each kind of database: pages in every order, filters, and undoing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from archive.models import Study
from audit.actors import Actor
from reports.lifecycle import ReportStatus
from reports.models import Priority, Reading
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from worklist import bulk, selectors
from worklist.builtin_views import built_in_views
from worklist.bulk_steps import Request
from worklist.criteria import SORT_DIRECTIONS, Criteria
from worklist.models import UserRole
from worklist.saved_views import view_counts
from worklist.selectors import matching_studies, order_value, page_of_studies

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def studies() -> list[Study]:
    """Return eight studies of two facilities, with and without a time at which they are due."""
    facilities = [make_facility("North"), make_facility("South")]
    made = [make_study(facilities[number % 2]) for number in range(8)]
    for number, study in enumerate(made):
        due = None if number % 3 == 0 else NOW + timedelta(minutes=number % 2 * 30 - 10)
        Reading.objects.filter(study=study).update(
            priority=number % 3,
            priority_reason="" if number % 3 else "fell from a ladder",
            due_at=due,
            status=list(ReportStatus)[number % 7],
        )
    return made


def _walk(user: Any, criteria: Criteria | None) -> list[int]:
    keys: list[int] = []
    while criteria is not None:
        page = page_of_studies(user, criteria)
        keys += [study.pk for study in page.studies]
        criteria = page.next
    return keys


@pytest.mark.parametrize("is_down", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("sort", sorted(SORT_DIRECTIONS))
def test_every_order_is_walked_once_from_page_to_page(
    studies: list[Study], monkeypatch: pytest.MonkeyPatch, sort: str, is_down: bool
) -> None:
    monkeypatch.setattr(selectors, "PAGE_SIZE", 3)
    fields = selectors.ORDERS[sort]
    rows = list(Study.objects.select_related("reading"))
    rows.sort(key=lambda one: [order_value(one, field) for field in fields], reverse=is_down)
    walked = _walk(make_user("ADMIN"), Criteria(sort=sort, descending=is_down))
    assert walked == [study.pk for study in rows]


@pytest.mark.parametrize("role", UserRole.values)
def test_the_views_of_each_role_show_what_they_count(studies: list[Study], role: str) -> None:
    facility = None if role in {"ADMIN", "RADIOLOGIST"} else studies[0].facility
    user = make_user(role, facility)
    counts = view_counts(user)
    for view in built_in_views(role):
        found = _walk(user, view.criteria)
        assert counts[view.key] == len(found) == matching_studies(user, view.criteria).count()


def test_what_was_done_with_several_is_undone_to_the_letter(studies: list[Study]) -> None:
    chief, actor = make_user("ADMIN"), Actor(user_name="chief")
    names = ("priority", "priority_reason", "due_at", "target_minutes", "clock_from")
    before = list(Reading.objects.order_by("pk").values(*names))
    request = Request("priority", priority=Priority.STAT, reason="bleeding")
    action = bulk.act(chief, request, [study.pk for study in studies], actor)
    assert list(Reading.objects.order_by("pk").values(*names)) != before
    assert bulk.undo(chief, action, actor).refused == 0
    assert list(Reading.objects.order_by("pk").values(*names)) == before
