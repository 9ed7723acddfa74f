"""The views of the list that a user sees above it: those of the role, and what they saved."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import QueryDict

from worklist.builtin_views import built_in_views
from worklist.criteria import Criteria
from worklist.models import CustomUser, SavedView
from worklist.selectors import matching_studies

MAX_SAVED_VIEWS = 30
# Beyond it the number says no more than that there are many, and costs time.
COUNT_LIMIT = 9_999


class TooManyViewsError(Exception):
    """The user keeps as many views as are allowed."""


@dataclass(frozen=True, slots=True)
class ViewTab:
    """A view as the page offers it; `saved` is the key of one's own."""

    key: str
    label: Any
    query: str
    letter: str = ""
    saved: int | None = None


def view_tabs(user: CustomUser) -> list[ViewTab]:
    """Return the views of a user's role, then those that they saved, in their order."""
    built_in = [
        ViewTab(view.key, view.label, view.criteria.query(), view.letter)
        for view in built_in_views(user.role)
    ]
    return built_in + [
        ViewTab(f"saved-{view.pk}", view.name, view.query, saved=view.pk)
        for view in user.saved_views.all()
    ]


def view_counts(user: CustomUser) -> dict[str, int]:
    """Return how many studies each view has, by its key; at most `COUNT_LIMIT` + 1."""
    return {tab.key: count_up_to(user, _criteria(tab.query)) for tab in view_tabs(user)}


def count_up_to(user: Any, criteria: Criteria, limit: int = COUNT_LIMIT) -> int:
    """Return the number of studies that match, counting no further than one beyond `limit`."""
    return matching_studies(user, criteria).order_by().values("pk")[: limit + 1].count()


def _criteria(query: str) -> Criteria:
    return Criteria.read(QueryDict(query)).first_page()


@transaction.atomic
def save_view(user: CustomUser, name: str, query: str) -> SavedView:
    """Keep a view under a name; one of that name is replaced.

    Raises
    ------
    TooManyViewsError
        When the user has `MAX_SAVED_VIEWS` already.
    """
    name = " ".join(name.split())[: SavedView._meta.get_field("name").max_length]
    query = _criteria(query).query()
    own = SavedView.objects.filter(user=user)
    known = own.filter(name=name).first()
    if known is None and own.count() >= MAX_SAVED_VIEWS:
        raise TooManyViewsError
    last = own.aggregate(last=Max("position"))["last"] or 0
    defaults = {"query": query}
    view, _created = SavedView.objects.update_or_create(
        user=user, name=name, defaults=defaults, create_defaults={**defaults, "position": last + 1}
    )
    return view


def rename_view(view: SavedView, name: str) -> None:
    """Give a view another name, unless it is blank or another view's."""
    name = " ".join(name.split())[:60]
    taken = SavedView.objects.filter(user=view.user_id, name=name).exclude(pk=view.pk).exists()
    if name and not taken:
        view.name = name
        view.save(update_fields=["name"])


@transaction.atomic
def move_view(view: SavedView, by: int) -> None:
    """Move a view among its owner's, `by` places towards the end."""
    order = list(SavedView.objects.filter(user=view.user_id))
    at = order.index(view)
    order.insert(min(max(at + by, 0), len(order) - 1), order.pop(at))
    for position, one in enumerate(order):
        one.position = position
    SavedView.objects.bulk_update(order, ["position"])
