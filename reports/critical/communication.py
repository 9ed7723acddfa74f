"""The communication of a critical result, as a text of the report."""

from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.content import Node
from reports.critical.presentation import how_text
from reports.models import CriticalResult
from reports.selectors import name_of

SECTION_CODE: Final = "73568-8"  # LOINC: Communication of Critical Results


def communication_text(result: CriticalResult) -> str:
    """Return who was told what, when and how; blank while nobody has acknowledged."""
    if result.acknowledged_at is None:
        return ""
    facts = {
        "finding": " ".join(result.finding.split()).rstrip("."),
        "reader": name_of(result.reported_by),
        "reported": _moment(result.found_at),
        "name": result.acknowledged_name,
        "how": how_text(result.acknowledged_how),
        "acknowledged": _moment(result.acknowledged_at),
        "zone": settings.TIME_ZONE,
    }
    return (
        _(
            "Critical result communicated: %(finding)s. Reported by %(reader)s on %(reported)s;"
            " acknowledged by %(name)s %(how)s on %(acknowledged)s, with read-back (%(zone)s)."
        )
        % facts
    )


def _moment(moment: Any) -> str:
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{date_format(local.date(), 'j M Y')}, {local:%H:%M}"


def paragraph(text: str) -> Node:
    """Return a paragraph of a report."""
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


def section(result: CriticalResult, text: str) -> Node:
    """Return the section that a draft is given."""
    return {
        "key": f"critical-{result.pk}",
        "title": _("Communication of critical result"),
        "code": SECTION_CODE,
        "kind": "narrative",
        "required": False,
        "body": {"type": "doc", "content": [paragraph(text)]},
    }
