"""What a draft begins with: a template, or what was signed last."""

from copy import deepcopy
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from archive.models import Study
from reports.content import Content, empty, plain_text
from reports.errors import BadContentError, UnknownTemplateError
from reports.lifecycle import ReportStatus
from reports.models import DraftKind, Report, ReportTemplate, ReportVersion
from reports.writing.filling import filled

ADDENDUM_CODE: Final = "55107-7"  # LOINC: Addendum


def last_version(report: Report) -> ReportVersion | None:
    """Return what was signed last."""
    return report.versions.order_by("-number").first()


def beginning(report: Report, study: Study, kind: str, template: str) -> Content:
    """Return the content of a new draft of a kind.

    A preliminary report is gone on with, a withdrawn one is written anew.

    Raises
    ------
    UnknownTemplateError
        When there is no template of this key for the study.
    """
    last = last_version(report)
    if kind == DraftKind.ADDENDUM and last is not None:
        return with_addendum(last.content)
    is_going_on = kind == DraftKind.CORRECTION or report.status == ReportStatus.PRELIMINARY
    if is_going_on and last is not None:
        return deepcopy(last.content)
    return from_template(study, template)


def from_template(study: Study, key: str) -> Content:
    """Return a report of a template's sections; without a key, of those that none is without."""
    if not key:
        return empty(study.description[:200])
    mine = Q(facility__isnull=True) | Q(facility_id=study.facility_id)
    template = ReportTemplate.objects.filter(mine, key=key, is_active=True).first()
    if template is None:
        raise UnknownTemplateError(_("There is no such template."))
    return filled({**template.content, "template": key}, study)


def with_addendum(content: Content) -> Content:
    """Return a signed report with one more, empty, section for an addendum."""
    number = 1 + sum(section.get("kind") == "addendum" for section in content["sections"])
    section = {
        "key": f"addendum-{number}",
        "title": _("Addendum") if number == 1 else _("Addendum %(number)d") % {"number": number},
        "code": ADDENDUM_CODE,
        "kind": "addendum",
        "required": True,
        "body": {"type": "doc", "content": [{"type": "paragraph"}]},
    }
    return {**content, "sections": [*deepcopy(content["sections"]), section]}


def as_addendum(signed: Content, content: Content) -> Content:
    """Return the content of an addendum draft with everything before it as it was signed.

    An editor may write the same text in other words of JSON, so texts are compared, and what
    was signed is put back as it is.

    Raises
    ------
    BadContentError
        When a section that was signed says something else, is missing, or another one was added.
    """
    expected = with_addendum(signed)["sections"]
    sent = {section["key"]: section for section in content["sections"]}
    if list(sent) != [section["key"] for section in expected]:
        raise BadContentError(_("An addendum has the sections of the report and one of its own."))
    for section in expected[:-1]:
        if not _says_the_same(section, sent[section["key"]]):
            text = _("“%(title)s” is signed: an addendum cannot change it.")
            raise BadContentError(text % {"title": section["title"]})
    own = {**expected[-1], "body": sent[expected[-1]["key"]]["body"]}
    return {**signed, "sections": [*deepcopy(signed["sections"]), own]}


def _says_the_same(signed: dict[str, Any], sent: dict[str, Any]) -> bool:
    same_title = signed["title"] == sent["title"]
    return same_title and plain_text(signed["body"]) == plain_text(sent["body"])
