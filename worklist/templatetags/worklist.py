"""Pieces of the worklist's page that depend on the view asked for."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from worklist.criteria import Criteria
from worklist.presentation import count_text

register = template.Library()
register.filter("study_count", count_text)


def _address(criteria: Criteria) -> str:
    query = criteria.query()
    return f"{reverse('worklist')}?{query}" if query else reverse("worklist")


@register.simple_tag
def page_link(criteria: Criteria) -> SafeString:
    """Return the attributes of a link that shows another view in place."""
    return format_html(
        'href="{0}" hx-get="{0}" hx-target="#results" hx-swap="outerHTML show:window:top"'
        ' hx-indicator="#results"',
        _address(criteria),
    )


@register.inclusion_tag("worklist/_column_heading.html", takes_context=True)
def column_heading(
    context: dict[str, Any], column: str, label: str, key: str = ""
) -> dict[str, Any]:
    """Return what a sortable column's heading shows."""
    criteria: Criteria = context["criteria"]
    return {
        "key": key or column,
        "label": label,
        "target": criteria.sorted_by(column),
        "is_sorted": criteria.sort == column,
        "is_descending": criteria.descending,
    }
