"""The body of a section as HTML: every text escaped, every element one of these."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from reports.content import Node, inline_text, plain_text
from reports.paper.scripts import direction, han_language

_EMPTY: Final = SafeString("")
_SPANS: Final = ("colspan", "rowspan")
_MARKS: Final = {"bold": "strong", "italic": "em", "underline": "u"}


def body_html(body: Node) -> SafeString:
    """Return a section's body; `body` has the form of `reports.content`."""
    return _join(_block(child) for child in body.get("content") or [])


def _join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def text_attributes(text: str) -> SafeString:
    """Return `` dir="rtl"`` and `` lang="ja"`` as far as `text` wants them."""
    language = han_language(text)
    turned = ' dir="rtl"' if direction(text) == "rtl" else ""
    spoken = f' lang="{language}"' if language else ""
    return mark_safe(turned + spoken)  # noqa: S308 - of our own words alone


def _block(node: Node) -> SafeString:
    draw = _BLOCKS.get(node["type"])
    return draw(node) if draw else _EMPTY


def _children(node: Node) -> list[Node]:
    return node.get("content") or []


def _attributes(node: Node) -> dict[str, Any]:
    return node.get("attrs") or {}


def _paragraph(node: Node) -> SafeString:
    children = _children(node)
    turned = text_attributes(inline_text(children))
    return format_html("<p{}>{}</p>", turned, _inlines(children))


def _heading(node: Node) -> SafeString:
    return format_html("<h3>{}</h3>", _inlines(_children(node)))


def _list(node: Node) -> SafeString:
    items = _join(
        format_html("<li>{}</li>", _join(_block(child) for child in _children(item)))
        for item in _children(node)
    )
    turned = text_attributes(plain_text({"content": [node]}).lstrip("-0123456789. "))
    if node["type"] == "bulletList":
        return format_html("<ul{}>{}</ul>", turned, items)
    return format_html(
        '<ol start="{}"{}>{}</ol>', int(_attributes(node).get("start", 1)), turned, items
    )


def _table(node: Node) -> SafeString:
    """Return a table; its first rows of header cells are repeated on every page."""
    rows = _children(node)
    heads = 0
    while heads < len(rows) and _is_head(rows[heads]):
        heads += 1
    if heads == len(rows):
        heads = 0
    numbers = _number_columns(rows[heads:])
    head = format_html("<thead>{}</thead>", _rows(rows[:heads], numbers)) if heads else _EMPTY
    body = _rows(rows[heads:], numbers)
    return format_html("<table>{}<tbody>{}</tbody></table>", head, body)


def _number_columns(rows: list[Node]) -> frozenset[int]:
    """Return the columns in which nothing but numbers stands: they are set flush right.

    A table with cells that span others has none: its columns cannot be counted so.
    """
    cells = [_children(row) for row in rows]
    spans = {int(_attributes(cell).get(key, 1)) for row in cells for cell in row for key in _SPANS}
    if spans - {1} or not cells:
        return frozenset()
    texts = [[plain_text(cell) for cell in row] for row in cells]
    columns = range(min(len(row) for row in texts))
    return frozenset(
        column
        for column in columns
        if any(row[column] for row in texts)
        and all(not row[column] or _is_number(row[column]) for row in texts)
    )


def _is_head(row: Node) -> bool:
    cells = _children(row)
    # A header cell that reaches into the rows below cannot be repeated without them.
    return bool(cells) and all(
        cell["type"] == "tableHeader" and _attributes(cell).get("rowspan", 1) == 1 for cell in cells
    )


def _rows(rows: list[Node], numbers: frozenset[int]) -> SafeString:
    return _join(
        format_html(
            "<tr>{}</tr>",
            _join(_cell(cell, place in numbers) for place, cell in enumerate(_children(row))),
        )
        for row in rows
    )


def _cell(cell: Node, is_number: bool) -> SafeString:
    tag = "th" if cell["type"] == "tableHeader" else "td"
    spans = "".join(
        f' {key}="{count}"' for key in _SPANS if (count := int(_attributes(cell).get(key, 1))) > 1
    )
    flush = ' class="number"' if is_number else ""
    opening = mark_safe(f"<{tag}{spans}{flush}>")  # noqa: S308 - of our own words and numbers
    closing = mark_safe(f"</{tag}>")  # noqa: S308
    return format_html("{}{}{}", opening, _join(_block(one) for one in _children(cell)), closing)


def _is_number(text: str) -> bool:
    """Say whether a cell holds a number, perhaps with a unit."""
    first = text.split(" ", 1)[0].lstrip("+-<>≤≥±").replace(",", ".")
    return bool(first) and first.replace(".", "", 1).isdecimal() and len(text) < 16


def _inlines(children: list[Node]) -> SafeString:
    return _join(_inline(child) for child in children)


def _inline(node: Node) -> SafeString:
    if node["type"] == "text":
        return _marked(node)
    if node["type"] == "hardBreak":
        return mark_safe("<br>")
    text = inline_text([node])
    if node["type"] == "measurement":
        return format_html('<span class="measurement">{}</span>', text)
    if text and not _attributes(node).get("value"):
        return format_html('<span class="unfilled">{}</span>', text)
    return format_html("{}", text)


def _marked(node: Node) -> SafeString:
    html = format_html("{}", node["text"])
    for mark in node.get("marks") or []:
        tag = mark_safe(_MARKS[mark["type"]])  # noqa: S308 - one of three
        html = format_html("<{}>{}</{}>", tag, html, tag)
    return html


_BLOCKS: Final[dict[str, Callable[[Node], SafeString]]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "bulletList": _list,
    "orderedList": _list,
    "table": _table,
}
