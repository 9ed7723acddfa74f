from hypothesis import given, settings
from hypothesis import strategies as st

from reports.writing.differences import changes, differences
from tests.factories.reading import content_of

TEXTS = st.text(alphabet="ab .,\n", max_size=80)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_the_parts_give_both_texts_whole(old, new):
    found = changes(old, new)
    assert "".join(one["text"] for one in found if one["op"] != "insert") == old
    assert "".join(one["text"] for one in found if one["op"] != "delete") == new


def test_words_and_not_letters_are_compared():
    assert changes("No acute fracture.", "An acute fracture.") == [
        {"op": "delete", "text": "No"},
        {"op": "insert", "text": "An"},
        {"op": "equal", "text": " acute fracture."},
    ]


def test_long_texts_are_compared_line_by_line():
    old = "\n".join(f"Line {number} says this." for number in range(1000))
    found = changes(old, old.replace("Line 500 says", "Line 500 said"))
    assert [one["text"] for one in found if one["op"] == "insert"] == ["Line 500 said this.\n"]


def test_sections_that_came_or_went_are_shown():
    old, new = content_of(), content_of()
    gone = {**old["sections"][0], "key": "technique", "title": "Technique"}
    old["sections"].append(gone)
    shown = {one["key"]: one["changes"] for one in differences(old, new)}
    assert [one["op"] for one in shown["technique"]] == ["delete"]
    assert [one["op"] for one in shown["impression"]] == ["equal"]
