"""Names and dates of DICOM in templates."""

from django import template

from reports.paper.persons import date_text, written_name

register = template.Library()


@register.filter
def person_name(text: str) -> str:
    """Return a PN value as it is written, in both scripts."""
    name = written_name(text)
    return f"{name.shown} {name.local}".strip()


@register.filter
def dicom_date(text: str) -> str:
    """Return a DA value for people."""
    return date_text(text)
