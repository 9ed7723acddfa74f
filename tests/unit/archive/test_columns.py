import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.columns import bounded, clean, joined, members, valid_date, valid_time, with_member


@given(st.text(), st.integers(1, 50))
def test_cleaned_text_fits_and_can_be_stored(text, limit):
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert "\0" not in cleaned
    cleaned.encode()  # no lone surrogates


def test_controls_and_direction_marks_become_space():
    assert clean("A\x00B\r\nC\u202eD", 64) == "A B C D"


def test_letters_of_every_script_stay():
    for text in ("Müller^Jörg", "山田^太郎", "สมชาย^ใจดี", "Иванов^Пётр"):
        assert clean(text, 64) == text


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("20260229", ""),
        ("20240229", "20240229"),
        ("2026.01.31", "20260131"),
        ("20231399", ""),
        ("18000101", "18000101"),
        ("202601", ""),
        ("２０２６０１０１", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_dates(text, date):
    assert valid_date(text) == date


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("10", "10"),
        ("1015", "1015"),
        ("101530.123456", "101530.123456"),
        ("10:15:30", "101530"),
        ("259999", ""),
        ("101560", "101560"),  # a leap second
        ("1015301", ""),
        (None, ""),
    ],
)
def test_times(text, time):
    assert valid_time(text) == time


def test_bounded():
    assert [bounded(n, 10) for n in (None, -1, 0, 10, 11)] == [None, None, 0, 10, None]


@given(st.lists(st.text(st.characters(exclude_characters="\\"), min_size=1, max_size=20)))
def test_members_come_back_sorted_and_once(values):
    assert members(joined(values, 10_000)) == sorted(set(values))


def test_joined_never_exceeds_its_column():
    column = joined([f"MODALITY{n}" for n in range(100)], 200)
    assert len(column) <= 200
    assert column.startswith("\\")
    assert column.endswith("\\")


def test_with_member_keeps_the_column_when_nothing_is_new():
    assert with_member("\\CT\\", "CT", 200) == "\\CT\\"
    assert with_member("\\CT\\", "", 200) == "\\CT\\"
    assert with_member("\\CT\\", "C", 200) == "\\C\\CT\\"
