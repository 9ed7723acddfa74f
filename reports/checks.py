"""What is looked at before a report is signed."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from archive.models import Study
from reports.content import Content, nodes, plain_text

BLOCKING = "blocking"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check found.

    Parameters
    ----------
    code : str
        What kind of finding; a warning that is overruled is named by it.
    severity : str
        ``blocking`` (nothing is signed) or ``warning`` (the reader may overrule it).
    section : str
        Key of the section, blank for the whole report.
    message : str
        A sentence for the reader.
    """

    code: str
    severity: str
    section: str
    message: str


def findings(content: Content, study: Study, *, has_priors: bool = False) -> list[Finding]:
    """Return what is wrong or doubtful with a report on `study`, in the order of its sections."""
    return [finding for section in content["sections"] for finding in _of_section(section)]


def _of_section(section: dict[str, Any]) -> list[Finding]:
    found = []
    if section.get("required") and not plain_text(section["body"]):
        text = _("“%(title)s” is empty.") % {"title": section["title"]}
        found.append(Finding("empty-section", BLOCKING, section["key"], text))
    for node in nodes(section["body"], "field"):
        attributes = node["attrs"]
        if attributes.get("required") and not attributes.get("value"):
            text = _("“%(label)s” is not filled in.") % {"label": attributes["label"]}
            found.append(Finding("unresolved-field", BLOCKING, section["key"], text))
    return found
