"""Reports for the tests of the checks, and our templates filled in."""

from copy import deepcopy
from datetime import date
from typing import Any

from reports.checking.facts import Facts
from reports.checks import check
from reports.content import Content, nodes
from tests.factories.reading import paragraph

TODAY = date(2026, 5, 20)
CODES = {
    "indication": ("Indication", "18785-6"),
    "technique": ("Technique", "55111-9"),
    "comparison": ("Comparison", "18834-2"),
    "findings": ("Findings", "59776-5"),
    "impression": ("Impression", "19005-8"),
    "recommendation": ("Recommendation", "18783-1"),
}


def written(**texts: str) -> Content:
    """Return a report with these sections; a line is a paragraph."""
    sections = [
        {
            "key": key,
            "title": CODES[key][0],
            "code": CODES[key][1],
            "kind": "narrative",
            "required": key == "impression",
            "body": {"type": "doc", "content": [paragraph(one) for one in text.split("\n")]},
        }
        for key, text in texts.items()
    ]
    return {"schema": 1, "template": "", "title": "", "sections": sections}


def known(**values: Any) -> Facts:
    """Return facts of a study: a CT of yesterday's patient unless said otherwise."""
    modalities = frozenset(values.pop("modalities", "CT").split("+"))
    plain = {"study_date": TODAY, "today": TODAY, "modalities": modalities}
    return Facts(**(plain | values))


def codes(content: Content, facts: Facts) -> set[str]:
    """Return the codes of what the checks find."""
    return {finding.code for finding in check(content, facts)}


def filled(content: Content) -> Content:
    """Return a template with its open fields filled in: the first choice, the middle of limits."""
    content = deepcopy(content)
    for section in content["sections"]:
        for node in nodes(section["body"], "field"):
            attributes = node["attrs"]
            attributes["value"] = attributes["value"] or _value(attributes)
    return content


def _value(attributes: dict[str, Any]) -> str:
    if attributes["type"] == "choice":
        return str(attributes["options"][0])
    if attributes["type"] == "number":
        return str((attributes["minimum"] + attributes["maximum"]) / 2)
    return "2026-04-01" if attributes["type"] == "date" else "as stated"
