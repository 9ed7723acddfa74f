"""The form of a report's content: the contract's fixtures, and whatever else comes in."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from reports.content import (
    MAX_NODES,
    SECTION_KINDS,
    Content,
    ContentError,
    checked,
    empty,
    inline_text,
    plain_text,
    report_text,
)

CONTRACT = Path(__file__).resolve().parents[3] / "contract"
FIXTURES = CONTRACT / "fixtures" / "report-content"
SCHEMA = json.loads((CONTRACT / "report-content.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA)
GOOD = sorted((FIXTURES / "good").glob("*.json"))
BAD = sorted((FIXTURES / "bad").glob("*.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert len(GOOD) >= 8
    assert len(BAD) >= 20


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_content_is_accepted_by_both(path: Path) -> None:
    content = read(path)
    VALIDATOR.validate(content)
    assert checked(content) == content
    assert isinstance(report_text(content), str)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_content_is_refused_by_both(path: Path) -> None:
    content = read(path)
    assert not VALIDATOR.is_valid(content)
    with pytest.raises(ContentError):
        checked(content)


def section(key: str, *blocks: Any) -> dict[str, Any]:
    return {"key": key, "title": key, "body": {"type": "doc", "content": list(blocks)}}


def report(*sections: Any) -> Content:
    return {"schema": 1, "sections": list(sections)}


def test_what_a_schema_cannot_say() -> None:
    with pytest.raises(ContentError, match="key of their own"):
        checked(report(section("a"), section("a")))
    many = [{"type": "paragraph"}] * MAX_NODES
    with pytest.raises(ContentError, match="too long"):
        checked(report(section("a", *many)))
    deep: Any = {"type": "paragraph"}
    for _ in range(8):
        deep = {"type": "bulletList", "content": [{"type": "listItem", "content": [deep]}]}
    with pytest.raises(ContentError, match="that deep"):
        checked(report(section("a", deep)))


def test_an_empty_report_is_a_report() -> None:
    assert checked(empty("CT"))["title"] == "CT"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["schema", "sections", "type", "content", "attrs", "text", "key"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(json_values)
def test_nothing_else_than_a_refusal_comes_of_anything(value: Any) -> None:
    try:
        checked(value)
    except ContentError:
        pass


texts = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=12
)
words = texts.map(lambda text: {"type": "text", "text": text})
values = st.text("abc 12", max_size=5)
fields = st.builds(
    lambda label, value: {
        "type": "field",
        "attrs": {"key": "k", "label": label, "type": "text", "value": value},
    },
    texts,
    values,
)
breaks = st.just({"type": "hardBreak"})
paragraphs = st.builds(
    lambda children: {"type": "paragraph", "content": children},
    st.lists(words | fields | breaks, max_size=4),
)
items = st.builds(
    lambda children: {"type": "listItem", "content": children}, st.lists(paragraphs, max_size=2)
)
lists = st.builds(
    lambda kind, children: {"type": kind, "content": children},
    st.sampled_from(["bulletList", "orderedList"]),
    st.lists(items, max_size=3),
)
cells = st.builds(
    lambda one: {"type": "tableCell", "content": [one]},
    paragraphs,
)
tables = st.builds(
    lambda row: {"type": "table", "content": [{"type": "tableRow", "content": row}]},
    st.lists(cells, max_size=3),
)
bodies = st.builds(
    lambda blocks: {"type": "doc", "content": blocks},
    st.lists(paragraphs | lists | tables, max_size=4),
)


@settings(deadline=None, max_examples=40)
@given(bodies, st.sampled_from(sorted(SECTION_KINDS)))
def test_every_word_of_a_body_is_in_its_text(body: dict[str, Any], kind: str) -> None:
    content = {
        "schema": 1,
        "sections": [{"key": "a", "title": "A", "kind": kind, "body": body}],
    }
    assert checked(content) == content
    VALIDATOR.validate(content)
    text = plain_text(body)
    for word in _words(body):
        assert word in text


def _words(node: dict[str, Any]) -> list[str]:
    found = []
    for child in node.get("content") or []:
        if child["type"] == "text":
            # The text as a whole is stripped, and lines of it may be split anywhere but in a word.
            found += [word for word in child["text"].split() if word]
        found += _words(child)
    return found


def test_a_field_that_nobody_filled_in_is_its_label_if_it_must_be() -> None:
    attributes = {"key": "k", "label": "Size", "type": "number", "unit": "mm"}
    open_field = {"type": "field", "attrs": {**attributes, "required": True}}
    assert inline_text([open_field]) == "[Size]"
    optional = {"type": "field", "attrs": attributes}
    assert inline_text([optional]) == ""
    before, after = {"type": "text", "text": "Aorta "}, {"type": "text", "text": " wide."}
    assert inline_text([before, optional, after]) == "Aorta wide."
    assert inline_text([before, optional, optional, after]) == "Aorta wide."
    assert inline_text([optional, after]) == "wide."
    filled = {"type": "field", "attrs": {**attributes, "value": "12"}}
    assert inline_text([filled]) == "12 mm"
