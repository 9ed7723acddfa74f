"""Checks of the report's form: what is empty, left over, out of its limits or out of date."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from reports.checking.facts import COMPARISON, FINDINGS, IMPRESSION, RECOMMENDATION, Facts, Part
from reports.checking.finding import BLOCKING, WARNING, Finding
from reports.checking.language import sentences
from reports.content import Node, nodes

# A number in brackets is a reference, one with a letter an isotope.
_LEFTOVER: Final = re.compile(
    r"\[(?!\d{1,3}[A-Za-z]{0,2}\])[^\]\n]*\]|_{3,}|\bX{3,}\b|\?{3,}|\*{3,}|\{\{[^}]*\}\}"
)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DATES: Final = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})\b"),
    re.compile(r"\b(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})\b"),
    re.compile(r"\b(?P<d>\d{1,2})\.?\s+(?P<m>[A-Z][a-z]{2,8})\.?,?\s+(?P<y>\d{4})\b"),
    re.compile(r"\b(?P<m>[A-Z][a-z]{2,8})\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})\b"),
)
_AHEAD: Final = re.compile(
    r"\b(?:follow-?up|appointment|due|planned|recommended|until|next)\b", re.I
)
_COMPARING: Final = re.compile(r"\b(?:compar\w+|prior|previous\w*|earlier)\b", re.I)


def empty_sections(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield the sections that must say something and do not."""
    for part in parts:
        is_filled = part.text or any(_is_open(node) for node in _fields(part))
        if part.is_required and not is_filled:
            text = _("“%(title)s” is empty.") % {"title": part.title}
            yield Finding("empty-section", BLOCKING, part.key, text)


def unresolved_fields(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield the fields that must be filled in and are not."""
    for part in parts:
        for attributes in _fields(part):
            if _is_open(attributes):
                text = _("“%(label)s” is not filled in.") % {"label": attributes["label"]}
                yield Finding("unresolved-field", BLOCKING, part.key, text)


def open_fields(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield, once for a section, the fields left open in running text: a hole in a sentence."""
    for part in parts:
        prose = [block for block in part.body.get("content") or [] if block["type"] != "table"]
        labels = [
            node["attrs"]["label"]
            for node in nodes({"content": prose}, "field")
            if not node["attrs"].get("value") and not node["attrs"].get("required")
        ]
        if labels:
            text = _("Left open: %(labels)s.") % {"labels": ", ".join(labels[:6])}
            yield Finding("open-field", WARNING, part.key, text)


def leftovers(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield brackets and placeholders that somebody meant to replace."""
    for part in parts:
        for found in dict.fromkeys(match[0] for match in _LEFTOVER.finditer(part.text)):
            text = _("“%(text)s” is still to be replaced.") % {"text": found[:60]}
            yield Finding("leftover", BLOCKING, part.key, text)


def limits(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield numbers that are none, or are out of their field's limits."""
    for part in parts:
        for attributes in _fields(part):
            if attributes.get("type") == "number" and attributes.get("value"):
                yield from _of_number(part, attributes)


def _of_number(part: Part, attributes: Node) -> Iterator[Finding]:
    names = {"label": attributes["label"], "value": attributes["value"]}
    try:
        value = float(attributes["value"].strip().replace(",", ".").replace("\u2212", "-"))
    except ValueError:
        text = _("“%(label)s”: “%(value)s” is not a number.") % names
        yield Finding("not-a-number", BLOCKING, part.key, text)
        return
    low, high = attributes.get("minimum"), attributes.get("maximum")
    # Written so that "nan" is out of limits as well.
    fits = (low is None or value >= low) and (high is None or value <= high) and value == value
    if not fits:
        names |= {"low": "" if low is None else low, "high": "" if high is None else high}
        text = _("“%(label)s”: %(value)s is not within %(low)s to %(high)s.") % names
        yield Finding("out-of-limits", BLOCKING, part.key, text)


def stale_measurements(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield the measurements that were changed in the viewer since they were put in."""
    for part in parts:
        for node in nodes(part.body, "measurement"):
            if node["attrs"].get("stale"):
                text = _("The measurement “%(text)s” has changed since.") % node["attrs"]
                yield Finding("stale-measurement", WARNING, part.key, text)


def missing_impression(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield that there are findings and no impression."""
    has_findings = any(part.text for part in parts if part.code == FINDINGS)
    impressions = [part for part in parts if part.code == IMPRESSION]
    is_told = any(part.text or part.is_required for part in impressions)
    if has_findings and not is_told:
        key = impressions[0].key if impressions else ""
        yield Finding("impression-missing", WARNING, key, _("There is no impression."))


def dates(parts: list[Part], facts: Facts) -> Iterator[Finding]:
    """Yield dates in the future, and dates of comparison after the study."""
    for part in parts:
        for sentence in sentences(part.text):
            for written, readings in _dates_in(sentence):
                yield from _of_date(part, facts, sentence, written, readings)


def _of_date(
    part: Part, facts: Facts, sentence: str, written: str, readings: list[date]
) -> Iterator[Finding]:
    first = min(readings)
    is_plan = part.code == RECOMMENDATION or bool(_AHEAD.search(sentence))
    is_comparison = part.code == COMPARISON or bool(_COMPARING.search(sentence))
    if first > facts.today and not is_plan:
        text = _("%(date)s lies in the future.") % {"date": written}
        yield Finding("date-in-future", WARNING, part.key, text)
    elif facts.study_date and is_comparison and first > facts.study_date and not is_plan:
        text = _("%(date)s, of the comparison, is after this study.") % {"date": written}
        yield Finding("comparison-date", WARNING, part.key, text)


def _dates_in(sentence: str) -> Iterator[tuple[str, list[date]]]:
    """Yield each date as it is written, with all that it can mean."""
    for pattern in _DATES:
        for match in pattern.finditer(sentence):
            if readings := _readings(match["y"], match["m"], match["d"], "/" in match[0]):
                yield match[0], readings


def _readings(year: str, month: str, day: str, is_ambiguous: bool) -> list[date]:
    if not month.isdigit():
        short = month[:3].lower()
        month = str(_MONTHS.index(short) + 1) if short in _MONTHS else "0"
    pairs = [(month, day), (day, month)] if is_ambiguous else [(month, day)]
    found = []
    for one, other in pairs:
        try:
            found.append(date(int(year), int(one), int(other)))
        except ValueError:
            continue
    return found


def _fields(part: Part) -> list[Node]:
    return [node["attrs"] for node in nodes(part.body, "field")]


def _is_open(attributes: Node) -> bool:
    return bool(attributes.get("required")) and not attributes.get("value")
