"""Checks of right and left."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from reports.checking.facts import COMPARISON, FINDINGS, IMPRESSION, Facts, Part
from reports.checking.finding import WARNING, Finding
from reports.checking.language import sentences

# Right and left here are names, directions or no sides at all.
_NO_SIDE: Final = re.compile(
    r"\b(?:right|left)[- ](?:hand(?:ed)?|heart|ventric\w*|atri\w*|main|anterior descending"
    r"|circumflex|coronary|lateral|in place|out|to right|to left)\b"
    r"|\bto the (?:right|left)\b|\bare left\b|\bis left\b|\bfrom (?:right|left)\b",
    re.I,
)
_SIDE: Final = re.compile(
    r"\b(?:(?P<R>right|rt)|(?P<L>left|lt)|(?P<both>bilateral\w*|both))\b", re.I
)
_NAMES: Final = {"R": "right", "L": "left"}
_ORGANS: Final = {
    "kidney": r"kidney|renal|nephr\w+|ureter\w*|hydronephrosis|renal pelvis",
    "lung": r"lung|upper lobe|lower lobe|pneumothorax|pleural effusion|pleura\w*|hilum|hilar",
    "breast": r"breast|axilla\w*",
    "ovary": r"ovar\w+|adnex\w+",
    "testis": r"test(?:is|icle|icular)|epididym\w+|hydrocele|varicocele",
    "adrenal gland": r"adrenal",
    "thyroid lobe": r"thyroid|lobe of the thyroid",
    "hemisphere": r"hemisphere|frontal|parietal|temporal|occipital|cerebell\w+|basal ganglia"
    r"|thalam\w+",
    "knee": r"knee|menisc\w+|patell\w+",
    "hip": r"hip|femoral neck|acetabul\w+",
    "shoulder": r"shoulder|supraspinatus|infraspinatus|subscapularis|rotator cuff|clavicle"
    r"|humer\w+",
    "wrist or hand": r"wrist|hand|radius|scaphoid|metacarp\w+",
    "ankle or foot": r"ankle|foot|fibula|malleol\w+|metatars\w+|calcane\w+",
    "leg vein": r"popliteal|femoral vein|deep vein thrombosis|calf",
}
_SIDED: Final = {
    organ: re.compile(
        rf"\b(?:(?P<R>right)|(?P<L>left))(?:-sided)?[ -](?:[\w-]+[ ,]+){{0,3}}?(?:{words})\b"
        rf"|\b(?:{words})\b[^.,;:]{{0,30}}?\b(?:(?P<R2>right)|(?P<L2>left))\b",
        re.I,
    )
    for organ, words in _ORGANS.items()
}
_NORMAL: Final = re.compile(
    r"\b(?:no|not|without|none|normal|unremarkable|intact|clear|free|open|patent)\b", re.I
)


def _sides_in(text: str) -> set[str]:
    """Return the sides that a text speaks of."""
    found: set[str] = set()
    for match in _SIDE.finditer(_NO_SIDE.sub(" ", text)):
        found |= {"R", "L"} if match["both"] else {"R" if match["R"] else "L"}
    return found


def other_side(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield that the report speaks only of the side that was not examined."""
    if not facts.side:
        return
    told = [part for part in parts if part.code != COMPARISON]
    named = set().union(*(_sides_in(part.text) for part in told)) if told else set()
    if named and facts.side not in named:
        wrong = next(part.key for part in told if _sides_in(part.text))
        other = "L" if facts.side == "R" else "R"
        text = _("The study is of the %(side)s side; the report speaks only of the %(other)s.")
        names = {"side": _NAMES[facts.side], "other": _NAMES[other]}
        yield Finding("laterality", WARNING, wrong, text % names)


def sides_that_differ(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield organs whose side in the impression is not that of the findings."""
    found = _organs(part for part in parts if part.code == FINDINGS)
    for part in parts:
        if part.code != IMPRESSION:
            continue
        for organ, sides in _organs([part]).items():
            before = found.get(organ, set())
            if before and not before & sides:
                names = {"organ": organ, "side": _NAMES[min(sides)], "other": _NAMES[min(before)]}
                text = _("%(organ)s: %(side)s in the impression, %(other)s in the findings.")
                yield Finding("laterality-differs", WARNING, part.key, text % names)


def _organs(parts: Iterator[Part] | list[Part]) -> dict[str, set[str]]:
    """Return on which sides something is said to be wrong with an organ."""
    found: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        for statement in _statements(part.text):
            for organ, pattern in _SIDED.items():
                found[organ] |= _matched_sides(pattern, statement)
    return {organ: sides for organ, sides in found.items() if sides}


def _matched_sides(pattern: re.Pattern[str], statement: str) -> set[str]:
    matches = list(pattern.finditer(_NO_SIDE.sub(" ", statement)))
    return {"R" if match["R"] or match["R2"] else "L" for match in matches}


def _statements(text: str) -> Iterator[str]:
    """Yield what is not normal; a line that begins with its subject is one statement."""
    for line in text.splitlines():
        label, colon, rest = line.partition(":")
        if colon and _SIDE.search(label) and len(label) < 60:
            if not all(_NORMAL.search(sentence) for sentence in sentences(rest)):
                yield f"{label} {rest}"
            continue
        yield from (one for one in sentences(line) if not _NORMAL.search(one))
