import pytest

from reports.models import Reading
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from worklist import saved_views
from worklist.builtin_views import BUILT_IN_VIEWS, built_in_views, first_view
from worklist.columns import choose_columns, columns_of, possible_columns
from worklist.models import SavedView, UserRole
from worklist.saved_views import (
    TooManyViewsError,
    count_up_to,
    move_view,
    rename_view,
    save_view,
    view_counts,
    view_tabs,
)
from worklist.sight import Sight

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", UserRole.values)
def test_a_role_may_ask_everything_that_its_views_ask(role):
    sight = Sight.of(make_user(role, make_facility()))
    for view in built_in_views(role):
        assert sight.narrow(view.criteria) == view.criteria, view.key
    assert first_view(role) in BUILT_IN_VIEWS[role]
    assert len({view.letter for view in built_in_views(role)}) == len(built_in_views(role))


def test_counts_are_those_of_the_views():
    north, user = make_facility(), make_user("RADIOLOGIST")
    for _number in range(3):
        make_study(north)
    Reading.objects.filter(study=make_study(north)).update(assigned_to=user)
    save_view(user, "Late ones", "due=late&after=3&nonsense=1")
    counts = view_counts(user)
    assert counts["mine"] == 1
    assert counts["unassigned"] == 3
    assert counts["all"] == 4
    assert [tab.query for tab in view_tabs(user)][-1] == "due=late"


def test_counting_ends_where_it_says_no_more(monkeypatch):
    north, user = make_facility(), make_user("RADIOLOGIST")
    for _ in range(4):
        make_study(north)
    assert count_up_to(user, built_in_views(user.role)[-1].criteria, 2) == 3


def test_views_of_one_name_are_one_and_there_are_not_too_many(monkeypatch):
    user = make_user("RADIOLOGIST")
    save_view(user, " CT   today ", "modality=CT")
    save_view(user, "CT today", "modality=CT&date=today")
    assert [view.query for view in user.saved_views.all()] == ["date=today&modality=CT"]
    monkeypatch.setattr(saved_views, "MAX_SAVED_VIEWS", 1)
    with pytest.raises(TooManyViewsError):
        save_view(user, "another", "")


def test_views_are_moved_and_renamed():
    user = make_user("RADIOLOGIST")
    a, b, c = (save_view(user, name, "") for name in "abc")
    move_view(c, -1)
    move_view(a, -1)
    assert list(SavedView.objects.values_list("name", flat=True)) == ["a", "c", "b"]
    b.refresh_from_db()
    rename_view(b, "a")
    assert SavedView.objects.get(pk=b.pk).name == "b"
    rename_view(b, "  new  ")
    assert SavedView.objects.get(pk=b.pk).name == "new"


def test_columns_are_kept_in_their_order_and_only_those_that_one_may_have():
    desk = make_user("FACILITY", make_facility())
    assert {"assigned", "quality", "facility"}.isdisjoint(
        column.key for column in possible_columns(desk)
    )
    choose_columns(desk, ["status", "assigned", "status", "nonsense", "age"])
    assert [column.key for column in columns_of(desk)] == ["patient", "status", "age"]
    default = [column.key for column in columns_of(make_user("FACILITY", make_facility()))]
    choose_columns(desk, [])
    assert [column.key for column in columns_of(desk)] == default
