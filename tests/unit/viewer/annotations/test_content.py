"""The form of an annotation: the contract's fixtures, and whatever else comes in."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from viewer.annotations.content import POINTS, AnnotationContentError, checked

CONTRACT = Path(__file__).resolve().parents[4] / "contract"
FIXTURES = CONTRACT / "fixtures" / "annotation"
SCHEMA = json.loads((CONTRACT / "annotation.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA)
GOOD = sorted((FIXTURES / "good").glob("*.json"))
BAD = sorted((FIXTURES / "bad").glob("*.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def is_accepted(content: Any) -> bool:
    try:
        checked(content)
    except AnnotationContentError:
        return False
    return True


def test_the_fixtures_are_there() -> None:
    assert (len(GOOD), len(BAD)) == (12, 55)
    assert {read(path)["tool"] for path in GOOD} == set(POINTS)
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_ones_are_accepted(path: Path) -> None:
    content = read(path)
    assert not list(VALIDATOR.iter_errors(content))
    whole = checked(content)
    assert whole.items() >= content.items()
    assert checked(whole) == whole
    assert set(whole) == set(SCHEMA["properties"])


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_ones_are_refused(path: Path) -> None:
    assert not VALIDATOR.is_valid(read(path))
    assert not is_accepted(read(path))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    good = read(FIXTURES / "good" / "length.json")
    assert not is_accepted({**good, "points": [[number, 0], [1, 1]]})
    assert not is_accepted({**good, "values": [{"name": "length", "value": number, "unit": "mm"}]})


def test_half_a_character_is_refused() -> None:
    good = read(FIXTURES / "good" / "length.json")
    assert not is_accepted({**good, "label": "\ud83e"})


def test_world_has_as_many_places_as_there_are_points() -> None:
    good = read(FIXTURES / "good" / "length.json")
    assert not is_accepted({**good, "world": good["world"][:1]})


def test_a_whole_frame_written_with_a_point_is_a_whole_frame() -> None:
    good = read(FIXTURES / "good" / "length.json")
    assert checked({**good, "frame": 3.0})["frame"] == 3


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
MEMBERS = st.sampled_from(sorted(SCHEMA["properties"]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(GOOD), st.dictionaries(MEMBERS, ANYTHING, max_size=3), st.sets(MEMBERS))
def test_checker_and_schema_agree(path: Path, changes: dict[str, Any], left_out: set[str]) -> None:
    """Whatever comes, nothing but the one error is raised; what is accepted fits the schema."""
    content = {**read(path), **changes}
    if len(left_out) < 3:
        content = {name: value for name, value in content.items() if name not in left_out}
    if is_accepted(content):
        assert VALIDATOR.is_valid(content)
    elif "world" not in changes and not _has_nan(changes):
        assert not VALIDATOR.is_valid(content)


def _has_nan(value: Any) -> bool:
    """JSON has no NaN: to a schema it is a number that is neither too small nor too large."""
    if isinstance(value, dict):
        return any(map(_has_nan, value.values()))
    if isinstance(value, list):
        return any(map(_has_nan, value))
    return isinstance(value, float) and math.isnan(value)


@given(ANYTHING)
def test_nothing_breaks_the_checker(anything: Any) -> None:
    assert not is_accepted(anything)
