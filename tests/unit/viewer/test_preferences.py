"""The form of preferences: the contract's fixtures, and what else comes in."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from viewer.preferences import MAX_BYTES, PreferencesError, checked_preferences

CONTRACT = Path(__file__).resolve().parents[3] / "contract"
FIXTURES = CONTRACT / "fixtures" / "viewer-preferences"
SCHEMA = json.loads((CONTRACT / "viewer-preferences.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA)
GOOD = sorted((FIXTURES / "good").glob("*.json"))
BAD = sorted((FIXTURES / "bad").glob("*.json"))
USUAL = {"version": 1, "keys": {}, "mouse": "noctis", "wheel_reversed": False}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_fixtures_are_there() -> None:
    assert (len(GOOD), len(BAD)) == (4, 17)
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_ones_are_accepted_as_they_are(path: Path) -> None:
    content = read(path)
    assert VALIDATOR.is_valid(content)
    assert checked_preferences(content) == content


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_ones_are_refused(path: Path) -> None:
    content = read(path)
    assert not VALIDATOR.is_valid(content)
    with pytest.raises(PreferencesError):
        checked_preferences(content)


def test_what_is_too_long_is_refused() -> None:
    keys = {f"command-{number}": ["ä" * 24] * 4 for number in range(200)}
    content = {**USUAL, "keys": keys}
    assert len(json.dumps(content, ensure_ascii=False).encode()) > MAX_BYTES
    with pytest.raises(PreferencesError, match="bytes"):
        checked_preferences(content)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(PreferencesError, match="keys"):
        checked_preferences({**USUAL, "keys": {"invert": ["\ud800"]}})
