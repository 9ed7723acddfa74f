"""What is looked at before a report is signed: a table of small checks, none of which writes."""

from collections.abc import Callable, Iterator
from typing import Final

from archive.models import Study
from reports.checking import form, meaning, sides
from reports.checking.facts import Facts, Part, facts_of, parts_of
from reports.checking.finding import BLOCKING, WARNING, Finding
from reports.content import Content

__all__ = ["BLOCKING", "CHECKS", "WARNING", "Finding", "check", "findings"]

CHECKS: Final[tuple[Callable[[list[Part], Facts], Iterator[Finding]], ...]] = (
    form.empty_sections,
    form.unresolved_fields,
    form.leftovers,
    form.limits,
    form.open_fields,
    form.missing_impression,
    form.stale_measurements,
    form.dates,
    sides.other_side,
    sides.sides_that_differ,
    meaning.sex,
    meaning.modality,
    meaning.contrast,
    meaning.comparison,
    meaning.critical,
)
# An addendum adds to a report; what it does not say is said there.
_OF_WHOLE: Final = frozenset({"impression-missing", "contrast-not-mentioned", "comparison-missing"})


def findings(
    content: Content, study: Study, *, has_priors: bool = False, has_critical: bool = False
) -> list[Finding]:
    """Return what is wrong or doubtful with a report on `study`, in the order of its sections.

    Parameters
    ----------
    content : dict
        The report, in the form that `reports.content.checked` accepts.
    study : Study
        Its series are read.
    has_priors : bool
        Whether there is an earlier study of the patient.
    has_critical : bool
        Whether a critical result of this study was reported.
    """
    return check(content, facts_of(study, has_priors=has_priors, has_critical=has_critical))


def check(content: Content, facts: Facts) -> list[Finding]:
    """Return what the checks find in a report, knowing `facts`; the same finding once."""
    parts = parts_of(content)
    found = dict.fromkeys(finding for one in CHECKS for finding in one(parts, facts))
    if parts and all(part.kind == "addendum" for part in parts):
        found = {finding: None for finding in found if finding.code not in _OF_WHOLE}
    order = {part.key: place for place, part in enumerate(parts)}
    return sorted(found, key=lambda finding: order.get(finding.section, len(order)))
