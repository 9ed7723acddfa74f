from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from worklist.criteria import (
    DATE_PRESETS,
    PRIORITIES,
    QUALITIES,
    SORT_DIRECTIONS,
    STATUSES,
    Criteria,
)

_KEYS = st.none() | st.integers(1, 10**18 - 1)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=64).map(
    lambda text: " ".join(text.split())
)


def _some_of(words):
    """Return a strategy of choices among `words`, in their order."""
    chosen = st.sets(st.sampled_from(list(words)))
    return chosen.map(lambda some: tuple(word for word in words if word in some))


_READERS = st.sampled_from(["", "me", "nobody"]) | st.integers(1, 10**18 - 1).map(str)
_MODALITIES = st.sets(st.from_regex(r"[A-Z0-9_]{1,16}", fullmatch=True), max_size=4)
CRITERIA = st.builds(
    Criteria,
    name=_TEXTS,
    patient_id=_TEXTS,
    accession=_TEXTS,
    description=_TEXTS,
    preset=st.sampled_from(DATE_PRESETS),
    date_from=st.none() | st.dates(),
    date_to=st.none() | st.dates(),
    modalities=_MODALITIES.map(lambda codes: tuple(sorted(codes))),
    facility=_KEYS,
    statuses=_some_of(STATUSES),
    priorities=_some_of(PRIORITIES),
    assigned=_READERS,
    quality=_some_of(QUALITIES),
    late=st.booleans(),
    sort=st.sampled_from(sorted(SORT_DIRECTIONS)),
    descending=st.booleans(),
    after=_KEYS,
    before=_KEYS,
)


@given(CRITERIA)
def test_an_address_gives_back_the_view_that_was_written_into_it(criteria):
    assert Criteria.read(QueryDict(criteria.query())) == criteria


@given(
    st.dictionaries(
        st.text(max_size=12) | st.sampled_from(["after", "from", "date", "assigned", "status"]),
        st.text(),
    )
)
def test_no_address_is_an_error(pairs):
    query = QueryDict(mutable=True)
    query.update(pairs)
    read = Criteria.read(query)
    assert Criteria.read(QueryDict(read.query())) == read


def test_the_plain_view_has_a_plain_address():
    assert Criteria().query() == ""


@pytest.mark.parametrize(
    "query",
    [
        "date=tomorrow",
        "sort=password",
        "order=up",
        "after=-1",
        "before=١٢",
        "from=2026-13-01",
        "status=secret",
        "priority=7",
        "assigned=everybody",
        "assigned=0",
        "quality=x",
        "due=soon",
    ],
)
def test_what_is_not_understood_is_left_out(query):
    assert Criteria.read(QueryDict(query)) == Criteria()


@pytest.mark.parametrize(
    ("preset", "first", "last"), [("today", 0, 0), ("yesterday", 1, 1), ("week", 6, 0)]
)
def test_presets_count_from_today(preset, first, last):
    today = timezone.localdate()
    expected = (today - timedelta(days=first), today - timedelta(days=last))
    assert Criteria(preset=preset).dates() == expected


def test_days_are_those_of_the_server_time_zone(settings, monkeypatch):
    settings.TIME_ZONE = "Pacific/Kiritimati"
    late = timezone.datetime(2026, 3, 1, 12, tzinfo=timezone.get_fixed_timezone(0))
    monkeypatch.setattr(timezone, "now", lambda: late)
    with timezone.override("Pacific/Kiritimati"):
        assert Criteria(preset="today").dates() == (date(2026, 3, 2), date(2026, 3, 2))


def test_a_range_counts_only_when_it_is_chosen():
    given_dates = {"date_from": date(2026, 1, 1), "date_to": date(2026, 2, 1)}
    assert Criteria(preset="range", **given_dates).dates() == (date(2026, 1, 1), date(2026, 2, 1))
    assert Criteria(preset="all", **given_dates).dates() == (None, None)


def test_a_second_click_on_a_heading_turns_the_order():
    once = Criteria(after=7).sorted_by("name")
    assert (once.sort, once.descending, once.after) == ("name", False, None)
    assert once.sorted_by("name").descending


def test_live_rows_belong_to_the_beginning_of_newest_first():
    assert Criteria().is_live
    assert Criteria(sort="received").is_live
    assert not Criteria(descending=False).is_live
    assert Criteria(sort="priority", descending=False).is_live
    assert not Criteria(sort="due", descending=True).is_live
    assert not Criteria(sort="name").is_live
    assert not Criteria(after=3).is_live


def test_order_and_place_are_no_filter():
    assert not Criteria(sort="name", descending=False, after=3).is_filtered
    assert Criteria(name="doe").is_filtered
