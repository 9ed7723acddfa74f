"""A template as a page to look at: HTML made here, every text of it escaped."""

from collections.abc import Iterable
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.content import Content, Node

_TAGS: Final = {
    "paragraph": "<p>{}</p>",
    "heading": "<h3>{}</h3>",
    "bulletList": "<ul>{}</ul>",
    "orderedList": "<ol>{}</ol>",
    "listItem": "<li>{}</li>",
    "table": '<div class="catalogue-table"><table>{}</table></div>',
    "tableRow": "<tr>{}</tr>",
    "tableHeader": '<th scope="col">{}</th>',
    "tableCell": "<td>{}</td>",
}
_MARKS: Final = {"bold": "<strong>{}</strong>", "italic": "<em>{}</em>", "underline": "<u>{}</u>"}


def preview_html(content: Content) -> SafeString:
    """Return the sections of a template or report as HTML."""
    return format_html_join("", "{}", ((_section(one),) for one in content["sections"]))


def _section(section: Node) -> SafeString:
    required = format_html(' <span class="required">{}</span>', _("required"))
    body = _all(section["body"].get("content") or [])
    is_required = section.get("required", False)
    return format_html(
        "<section><h2>{}{}</h2>{}</section>",
        section["title"],
        required if is_required else "",
        body,
    )


def _all(nodes: Iterable[Node]) -> SafeString:
    return format_html_join("", "{}", ((_node(node),) for node in nodes))


def _node(node: Node) -> SafeString:
    kind, attributes = node["type"], node.get("attrs") or {}
    if kind == "text":
        return _text(node)
    if kind == "hardBreak":
        return format_html("<br>")
    if kind == "field":
        return _field(attributes)
    if kind == "measurement":
        return format_html("<span>{}</span>", attributes["text"])
    return format_html(_TAGS[kind], _all(node.get("content") or []))


def _text(node: Node) -> SafeString:
    html = format_html("{}", node["text"])
    for mark in node.get("marks") or []:
        html = format_html(_MARKS[mark["type"]], html)
    return html


def _field(attributes: Node) -> SafeString:
    shown = attributes.get("value") or attributes["label"]
    states = [("required", attributes.get("required")), ("open", not attributes.get("value"))]
    classes = " ".join(["field", *(name for name, holds in states if holds)])
    text = f"{shown} {attributes.get('unit', '')}".strip()
    return format_html('<span class="{}" title="{}">{}</span>', classes, _hint(attributes), text)


def _hint(attributes: Node) -> str:
    """Return what may be filled in, as a line."""
    if attributes["type"] == "choice":
        return f"{attributes['label']}: {' / '.join(attributes.get('options') or [])}"
    low, high = attributes.get("minimum"), attributes.get("maximum")
    limits = f" {low}-{high}" if low is not None and high is not None else ""
    return f"{attributes['label']}{limits} {attributes.get('unit', '')}".strip()
