"""A line of a template's source: plain text, **bold** words and {{fields}}.

A field is ``{{Label: type ... = value}}``, with ``!`` behind the label when it must be filled in::

    {{Side!: choice left / right}}   {{Size: number mm 0..200}}
    {{Device: text = none}}          {{Date of comparison: date}}

A backslash takes the meaning from the character behind it.
"""

import re
from collections import Counter
from typing import Any, Final

from django.utils.text import slugify

from reports.content import FIELD_TYPES, Node

MAX_LINE: Final = 4000
_TOKEN: Final = re.compile(r"\\(?P<plain>.)|(?P<bold>\*\*)|\{\{(?P<field>[^{}]*)\}\}")
_FIELD: Final = re.compile(r"(?P<label>[^:]+?)(?P<required>!?)\s*:\s*(?P<type>\w+)(?P<rest>.*)")
_NUMBER: Final = re.compile(
    r"(?P<unit>.*?)\s*"
    r"(?:(?P<minimum>-?\d{1,9}(?:\.\d{1,6})?)\.\.(?P<maximum>-?\d{1,9}(?:\.\d{1,6})?))?"
)
_SPECIAL: Final = re.compile(r"([\\{}|]|\*\*)")
BOLD: Final = [{"type": "bold"}]


class SourceError(ValueError):
    """The source of a template cannot be read; the message says in which line and why."""


class FieldKeys:
    """Gives every field of a template a key of its own, made from its label."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, label: str) -> str:
        """Return the key of the next field with this label."""
        stem = slugify(label)[:50] or "field"
        self._seen[stem] += 1
        return stem if self._seen[stem] == 1 else f"{stem}-{self._seen[stem]}"


def parse_line(text: str, keys: FieldKeys) -> list[Node]:
    """Return the inline nodes of a line.

    Raises
    ------
    SourceError
        When a field is not of the form above, or the line is too long.
    """
    if len(text) > MAX_LINE:
        raise SourceError("the line is too long")
    nodes: list[Node] = []
    position, is_bold = 0, False
    for match in _TOKEN.finditer(text):
        _add_text(nodes, text[position : match.start()], is_bold)
        position = match.end()
        if match["bold"]:
            is_bold = not is_bold
        elif match["plain"] is not None:
            _add_text(nodes, match["plain"], is_bold)
        else:
            nodes.append({"type": "field", "attrs": _field(match["field"], keys)})
    _add_text(nodes, text[position:], is_bold)
    return nodes


def _add_text(nodes: list[Node], text: str, is_bold: bool) -> None:
    if not text:
        return
    marks = BOLD if is_bold else None
    last = nodes[-1] if nodes else {}
    if last.get("type") == "text" and last.get("marks") == marks:
        last["text"] += text
        return
    nodes.append({"type": "text", "text": text, **({"marks": marks} if marks else {})})


def _field(text: str, keys: FieldKeys) -> Node:
    match = _FIELD.fullmatch(text.strip())
    if match is None or match["type"] not in FIELD_TYPES:
        raise SourceError(f"“{text.strip()}” is no field: {{{{Label: type}}}}")
    rest, _, value = match["rest"].partition(" = ")
    label = match["label"].strip()
    attributes: Node = {
        "key": keys.of(label),
        "label": label,
        "type": match["type"],
        "value": value.strip(),
        "unit": "",
        "options": [],
        "required": bool(match["required"]),
        "minimum": None,
        "maximum": None,
    }
    return attributes | _details(match["type"], rest.strip(), label)


def _details(kind: str, rest: str, label: str) -> Node:
    if kind == "choice":
        options = [option.strip() for option in rest.split(" / ") if option.strip()]
        if len(options) < 2:
            raise SourceError(f"“{label}” has fewer than two choices")
        return {"options": options}
    if kind == "number":
        match = _NUMBER.fullmatch(rest)
        low, high = (
            (_number(match[key]) for key in ("minimum", "maximum")) if match else (None,) * 2
        )
        return {"unit": match["unit"] if match else "", "minimum": low, "maximum": high}
    if rest:
        raise SourceError(f"“{label}”: a {kind} has nothing behind it but “= value”")
    return {}


def _number(text: str | None) -> float | int | None:
    if text is None:
        return None
    return float(text) if "." in text else int(text)


def line_of(nodes: list[Node]) -> str:
    """Return inline nodes as a line of source; the reverse of `parse_line`."""
    return "".join(_written(node) for node in nodes)


def _written(node: Node) -> str:
    kind, attributes = node["type"], node.get("attrs") or {}
    if kind == "hardBreak":
        return " "
    if kind == "field":
        return _written_field(attributes)
    text = node["text"] if kind == "text" else attributes["text"]
    text = _SPECIAL.sub(lambda match: "".join(f"\\{one}" for one in match[0]), text)
    is_bold = any(mark["type"] == "bold" for mark in node.get("marks") or [])
    return f"**{text}**" if is_bold else text


def _written_field(attributes: dict[str, Any]) -> str:
    """Return a field as source; what would break its form is left out of its texts."""
    label = re.sub(r"[{}:]", " ", attributes["label"]).strip() or "Field"
    required = "!" if attributes.get("required") else ""
    value = re.sub(r"[{}]", " ", attributes.get("value", ""))
    parts = [f"{label}{required}: {attributes['type']}", _written_details(attributes)]
    parts.append(f"= {value}" if value else "")
    return "{{" + " ".join(part for part in parts if part) + "}}"


def _written_details(attributes: dict[str, Any]) -> str:
    if attributes["type"] == "choice":
        return re.sub(r"[{}]", " ", " / ".join(attributes.get("options") or []))
    if attributes["type"] != "number":
        return ""
    low, high = attributes.get("minimum"), attributes.get("maximum")
    limits = f"{low}..{high}" if low is not None and high is not None else ""
    return f"{attributes.get('unit', '')} {limits}".strip()
