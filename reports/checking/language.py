"""Sentences of a report, and whether a word in one of them is denied.

English only: a report in another language is checked for its form, and hardly for its words.

References: the cues are of the kind of NegEx (Chapman et al., J Biomed Inform 2001;34:301-310).
"""

import re
from collections.abc import Iterator
from typing import Final

# "Dr. A" is cut too, which does no harm: a sentence is only where a denial reaches to.
# How far, in characters, a denial reaches at most: a sentence may have no end.
REACH: Final = 300
_END: Final = re.compile(r"(?<=[.!?;])\s+|[\n\t]+")
_DOUBT: Final = re.compile(
    r"\b(?:cannot|can ?not|can't|could not|not|never)\s+(?:be\s+)?"
    r"(?:entirely\s+|fully\s+|safely\s+)?(?:exclude|excluded|rule out|ruled out)\b",
    re.I,
)
# These look like a denial of what follows, and are none.
_NO_DENIAL: Final = re.compile(
    r"\b(?:no|not|without)\s+(?:\w+\s+){0,2}?(?:change|changes|changed|increase|decrease|doubt|only)\b"
    r"|\bno\s+further\b|\bnot\s+necessarily\b",
    re.I,
)
_BEFORE: Final = re.compile(
    r"\b(?:no|not|without|none|neither|nor|never|negative for|free of|free from|absence of|absent"
    r"|lack of|exclud\w+|rul(?:e|es|ed|ing) out|instead of|rather than|unlikely|denies|fails? to)\b"
    r"|\bnon-",
    re.I,
)
_AFTER: Final = re.compile(
    r"^(?:\w*)\s*:\s*(?:none|no|not|absent|negative|nil)\b"
    r"|^(?:(?!\bwith\b|\bbut\b|[,:]).)*?\b(?:excluded|ruled out|not (?:\w+ )?(?:seen|identified|"
    r"present|demonstrated|detected|visible|evident)|absent|unlikely|resolved|negative)\b",
    re.I,
)
_TURN: Final = re.compile(
    r"\b(?:but|however|although|though|except|apart from|besides|there (?:is|are)|yet|whereas)\b|:",
    re.I,
)
_PAST: Final = re.compile(
    r"\b(?:history of|status post|after|old|chronic|previous|prior|known|treated|resolved|healed)"
    r"\s+(?:\w+\s+)?$",
    re.I,
)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a line or the cell of a table ends one too."""
    return [part.strip() for part in _END.split(text) if part.strip()]


def is_denied(sentence: str, start: int, end: int) -> bool:
    """Say whether what stands at ``sentence[start:end]`` is said not to be there."""
    before = _NO_DENIAL.sub(" ", _DOUBT.sub(" possible ", sentence[max(0, start - REACH) : start]))
    after = _DOUBT.sub(" possible ", sentence[end : end + REACH])
    reach = _TURN.split(before)[-1]
    return bool(_BEFORE.search(reach) or _AFTER.search(after))


def is_past(sentence: str, start: int) -> bool:
    """Say whether what stands at `start` is of the past, or known already."""
    return bool(_PAST.search(sentence[max(0, start - REACH) : start]))


def stated(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield sentence and match wherever `pattern` is said in `text` and not denied."""
    for sentence in sentences(text):
        for match in pattern.finditer(sentence):
            if not is_denied(sentence, match.start(), match.end()):
                yield sentence, match


def is_stated(pattern: re.Pattern[str], text: str) -> bool:
    """Say whether `pattern` is said in `text` and not denied."""
    return next(stated(pattern, text), None) is not None
