"""What is known of the study, and the report in the form in which the checks read it."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.timezone import localdate

from archive.models import Study
from reports.content import Content, Node, plain_text

CLINICAL: Final = frozenset({"55752-0", "18785-6"})
TECHNIQUE: Final = "55111-9"
COMPARISON: Final = "18834-2"
FINDINGS: Final = "59776-5"
IMPRESSION: Final = "19005-8"
RECOMMENDATION: Final = "18783-1"

_RIGHT: Final = (
    r"right|rt|re|rechts|rechte[rns]?|droite?s?|derech[oa]s?|dcha|destr[oa]|r(?=$)|r(?=\s*$)"
)
_LEFT: Final = (
    r"left|lt|li|links|linke[rns]?|gauches?|izquierd[oa]s?|izda|izq|sinistr[oa]|l(?=\s*$)"
)
_SIDES: Final = {"R": re.compile(rf"\b(?:{_RIGHT})\b"), "L": re.compile(rf"\b(?:{_LEFT})\b")}
# A projection, or the side one lies on, is no side of the body.
_PROJECTION: Final = re.compile(r"\b(?:right|left|rt|lt)\s+(?:lateral|anterior|posterior|decub\w*)")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks know of a study.

    `side` is R, L or blank; `words` is all that its descriptions say, lower case, without accents.
    """

    modalities: frozenset[str] = frozenset()
    sex: str = ""
    side: str = ""
    words: str = ""
    study_date: date | None = None
    today: date = field(default_factory=localdate)
    has_priors: bool = False
    has_critical: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the report; `text` is without the fields that nobody filled in."""

    key: str
    title: str
    code: str
    kind: str
    is_required: bool
    body: Node
    text: str


def facts_of(study: Study, *, has_priors: bool = False, has_critical: bool = False) -> Facts:
    """Return the facts of a study; one query, for its series."""
    rows = list(study.series.values_list("laterality", "description", "protocol_name"))
    lateralities = {row[0].strip().upper() for row in rows} & {"L", "R"}
    texts = [study.description, *(text for row in rows for text in row[1:])]
    return Facts(
        modalities=frozenset(name for name in study.modalities.split("\\") if name),
        sex=study.patient_sex.strip().upper(),
        side=_side(lateralities, study.description),
        words=" \n ".join(plain(text) for text in texts if text),
        study_date=date_of(study.study_date),
        has_priors=has_priors,
        has_critical=has_critical,
    )


def plain(text: str) -> str:
    """Return a text in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text).lower()
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def _side(lateralities: set[str], description: str) -> str:
    words = _PROJECTION.sub(" ", plain(description))
    named = {side for side, pattern in _SIDES.items() if pattern.search(words)}
    sides = lateralities or named
    return next(iter(sides)) if len(sides | named) == 1 else ""


def date_of(text: str) -> date | None:
    """Return a DICOM date, None when it is none."""
    if not re.fullmatch(r"\d{8}", text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def parts_of(content: Content) -> list[Part]:
    """Return the sections of a report as the checks read them."""
    return [_part(section) for section in content["sections"]]


def _part(section: dict[str, Any]) -> Part:
    return Part(
        key=section["key"],
        title=section["title"],
        code=section.get("code", ""),
        kind=section.get("kind", "narrative"),
        is_required=section.get("required", False),
        body=section["body"],
        text=plain_text(_filled(section["body"])),
    )


def _filled(node: Node) -> Node:
    """Return a copy of `node` without the fields that nobody filled in."""
    children = [_filled(child) for child in node.get("content") or [] if not _is_open(child)]
    return {**node, "content": children}


def _is_open(node: Node) -> bool:
    return node["type"] == "field" and not (node.get("attrs") or {}).get("value")
