"""The form of a hanging protocol: the contract's fixtures, and whatever else comes in."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from viewer.hanging.content import HangingContentError, checked

CONTRACT = Path(__file__).resolve().parents[4] / "contract"
FIXTURES = CONTRACT / "fixtures" / "hanging-protocol"
SCHEMA = json.loads((CONTRACT / "hanging-protocol.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA)
GOOD = sorted((FIXTURES / "good").glob("*.json"))
BAD = sorted((FIXTURES / "bad").glob("*.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def is_accepted(content: Any) -> bool:
    try:
        checked(content)
    except HangingContentError:
        return False
    return True


def test_the_fixtures_are_there() -> None:
    assert (len(GOOD), len(BAD)) == (4, 57)
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_ones_are_accepted(path: Path) -> None:
    content = read(path)
    assert not list(VALIDATOR.iter_errors(content))
    assert checked(content) == content


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_ones_are_refused(path: Path) -> None:
    assert not VALIDATOR.is_valid(read(path))
    assert not is_accepted(read(path))


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)


def _places(content: Any) -> list[tuple[Any, Any]]:
    """Return every member of every object and list within."""
    if isinstance(content, dict):
        inner = list(content.items())
    elif isinstance(content, list):
        inner = list(enumerate(content))
    else:
        return []
    return [(content, key) for key, _ in inner] + [
        place for _, value in inner for place in _places(value)
    ]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_both_readers_agree_on_what_is_changed(data: st.DataObject) -> None:
    content = read(data.draw(st.sampled_from(GOOD)))
    holder, key = data.draw(st.sampled_from(_places(content)))
    holder[key] = data.draw(_ANYTHING)
    text = json.dumps(content)
    if "NaN" in text or "Infinity" in text or "\\ud" in text:
        return
    assert is_accepted(content) == VALIDATOR.is_valid(content)
