"""What changed between two versions of a report, word by word, section by section."""

import re
from difflib import SequenceMatcher
from typing import Any, Final

from reports.content import Content, plain_text

Change = dict[str, str]

_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")
# Comparing is quadratic at worst: what is longer is compared line by line.
_WORD_LIMIT: Final = 4000


def differences(old: Content, new: Content) -> list[dict[str, Any]]:
    """Return, for each section of either version, its text as equal, inserted and deleted parts."""
    before = {section["key"]: section for section in old["sections"]}
    after = {section["key"]: section for section in new["sections"]}
    keys = [*after, *(key for key in before if key not in after)]
    return [
        {
            "key": key,
            "title": (after.get(key) or before[key])["title"],
            "changes": changes(_text(before.get(key)), _text(after.get(key))),
        }
        for key in keys
    ]


def _text(section: dict[str, Any] | None) -> str:
    return plain_text(section["body"]) if section is not None else ""


def changes(old: str, new: str) -> list[Change]:
    """Return how one text became the other; joined, the parts give either of them whole."""
    before, after = _parts(old, new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Change] = []
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "equal":
            found.append({"op": "equal", "text": "".join(before[i1:i2])})
            continue
        for name, text in (("delete", before[i1:i2]), ("insert", after[j1:j2])):
            if text:
                found.append({"op": name, "text": "".join(text)})
    return found


def _parts(old: str, new: str) -> tuple[list[str], list[str]]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > _WORD_LIMIT:
        return old.splitlines(keepends=True), new.splitlines(keepends=True)
    return before, after
