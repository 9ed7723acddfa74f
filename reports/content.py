"""The content of a report: sections, each a small document; checked before it is kept.

The form is the one that the editor (Tiptap, so ProseMirror JSON) works with, narrowed to what a
report needs. contract/report-content.schema.json says the same for other readers; the fixtures
beside it are read by pytest and by vitest.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

SCHEMA: Final = 1
MAX_SECTIONS: Final = 60
MAX_NODES: Final = 20_000
MAX_TEXT: Final = 200_000
MAX_DEPTH: Final = 14

Node = dict[str, Any]
Content = dict[str, Any]

_BLOCKS: Final = frozenset({"paragraph", "heading", "bulletList", "orderedList", "table"})
_INLINE: Final = frozenset({"text", "hardBreak", "field", "measurement"})
# What may stand in what; a node that isn't here has no content.
CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    "doc": _BLOCKS,
    "paragraph": _INLINE,
    "heading": frozenset({"text", "hardBreak"}),
    "bulletList": frozenset({"listItem"}),
    "orderedList": frozenset({"listItem"}),
    "listItem": frozenset({"paragraph", "bulletList", "orderedList"}),
    "table": frozenset({"tableRow"}),
    "tableRow": frozenset({"tableHeader", "tableCell"}),
    "tableHeader": frozenset({"paragraph"}),
    "tableCell": frozenset({"paragraph"}),
}
MARKS: Final = frozenset({"bold", "italic", "underline"})
SECTION_KINDS: Final = frozenset({"narrative", "addendum"})
FIELD_TYPES: Final = frozenset({"text", "number", "choice", "date"})

_SECTION_TEXTS: Final = {"key": 60, "title": 120, "code": 16}
_FIELD_TEXTS: Final = {"key": 60, "label": 200, "value": 2000, "unit": 30}
_MEASUREMENT_TEXTS: Final = {
    "annotation": 64,
    "text": 300,
    "study_instance_uid": 64,
    "series_instance_uid": 64,
    "sop_instance_uid": 64,
}
_SPAN_LIMIT: Final = 20


class ContentError(ValueError):
    """The content has not the form of a report; the message says where and what."""


def checked(content: Any) -> Content:
    """Return `content` if it has the form of a report.

    Raises
    ------
    ContentError
        Otherwise.
    """
    _require(isinstance(content, dict), "content", "is an object")
    _require(content.get("schema") == SCHEMA, "schema", f"is {SCHEMA}")
    _only(content, {"schema", "template", "title", "sections"}, "content")
    _text(content, "template", 80, "content")
    _text(content, "title", 200, "content")
    sections = content.get("sections")
    _require(isinstance(sections, list) and len(sections) <= MAX_SECTIONS, "sections", "is a list")
    budget = _Budget()
    keys = [_check_section(section, place, budget) for place, section in enumerate(sections)]
    _require(len(set(keys)) == len(keys), "sections", "have a key of their own each")
    return dict(content)


class _Budget:
    """How much of a report is left to be read before it is too large."""

    def __init__(self) -> None:
        self.nodes, self.text = MAX_NODES, MAX_TEXT

    def take(self, nodes: int, text: int, where: str) -> None:
        self.nodes -= nodes
        self.text -= text
        _require(self.nodes >= 0 and self.text >= 0, where, "is too long")


def _require(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise ContentError(f"{where}: it {what}, or should be")


def _only(value: Node, allowed: set[str], where: str) -> None:
    _require(set(value) <= allowed, where, f"has nothing but {', '.join(sorted(allowed))}")


def _text(value: Node, key: str, limit: int, where: str, *, blank: bool = True) -> None:
    text = value.get(key, "")
    ok = isinstance(text, str) and len(text) <= limit and (blank or text) and "\0" not in text
    _require(bool(ok), f"{where}.{key}", f"is a text of at most {limit} characters")


def _check_section(section: Any, place: int, budget: _Budget) -> str:
    where = f"sections[{place}]"
    _require(isinstance(section, dict), where, "is an object")
    _only(section, {"key", "title", "code", "kind", "required", "body"}, where)
    for key, limit in _SECTION_TEXTS.items():
        _text(section, key, limit, where, blank=key == "code")
    _require(section.get("kind", "narrative") in SECTION_KINDS, where, "has a known kind")
    _require(isinstance(section.get("required", False), bool), where, "is required or not")
    body = section.get("body")
    _require(isinstance(body, dict) and body.get("type") == "doc", where, "has a body")
    _check_node(body, f"{where}.body", budget, 0)
    return str(section["key"])


def _check_node(node: Any, where: str, budget: _Budget, depth: int) -> None:
    _require(isinstance(node, dict), where, "is an object")
    kind = node.get("type")
    _require(depth <= MAX_DEPTH, where, "is not that deep")
    budget.take(1, 0, where)
    if kind == "text":
        return _check_text(node, where, budget)
    _only(node, {"type", "attrs", "content"}, where)
    _check_attributes(kind, node.get("attrs") or {}, where, budget)
    children = node.get("content") or []
    _require(isinstance(children, list), where, "has a list of content")
    allowed = CHILDREN.get(str(kind), frozenset())
    for place, child in enumerate(children):
        inner = f"{where}.{kind}[{place}]"
        known = isinstance(child, dict) and child.get("type") in allowed
        _require(known, inner, f"is something that {kind} may hold")
        _check_node(child, inner, budget, depth + 1)
    return None


def _check_text(node: Node, where: str, budget: _Budget) -> None:
    _only(node, {"type", "text", "marks"}, where)
    _text(node, "text", MAX_TEXT, where, blank=False)
    budget.take(0, len(node["text"]), where)
    marks = node.get("marks") or []
    known = isinstance(marks, list) and all(
        isinstance(mark, dict) and set(mark) == {"type"} and mark["type"] in MARKS for mark in marks
    )
    _require(known, where, "has known marks")


def _check_attributes(kind: Any, attributes: Any, where: str, budget: _Budget) -> None:
    _require(isinstance(attributes, dict), where, "has attributes by name")
    check = _ATTRIBUTES.get(str(kind))
    if check is None:
        _require(not attributes, where, "has no attributes")
        return
    check(attributes, where)
    budget.take(0, sum(len(text) for text in attributes.values() if isinstance(text, str)), where)


def _check_heading(attributes: Node, where: str) -> None:
    _require(attributes == {"level": 3}, where, "is of level 3")


def _check_start(attributes: Node, where: str) -> None:
    _only(attributes, {"start", "type"}, where)
    _require(_is_count(attributes.get("start", 1), 0, 10_000), where, "starts at a number")
    _require(attributes.get("type") is None, where, "has no type")


def _check_cell(attributes: Node, where: str) -> None:
    _only(attributes, {"colspan", "rowspan", "colwidth"}, where)
    for key in ("colspan", "rowspan"):
        _require(_is_count(attributes.get(key, 1), 1, _SPAN_LIMIT), where, f"has a {key}")
    _require(attributes.get("colwidth") is None, where, "has no width")


def _check_field(attributes: Node, where: str) -> None:
    _only(attributes, {*_FIELD_TEXTS, "type", "options", "required", "minimum", "maximum"}, where)
    for key, limit in _FIELD_TEXTS.items():
        _text(attributes, key, limit, where, blank=key in {"value", "unit"})
    _require(attributes.get("type") in FIELD_TYPES, where, "has a known type")
    _require(isinstance(attributes.get("required", False), bool), where, "is required or not")
    options = attributes.get("options") or []
    good = isinstance(options, list) and len(options) <= 60
    good = good and all(isinstance(one, str) and 0 < len(one) <= 200 for one in options)
    _require(good, where, "has a list of options")
    for key in ("minimum", "maximum"):
        bound = attributes.get(key)
        _require(bound is None or _is_number(bound), where, f"has a number as {key}")


def _check_measurement(attributes: Node, where: str) -> None:
    _only(attributes, {*_MEASUREMENT_TEXTS, "frame", "revision", "stale"}, where)
    for key, limit in _MEASUREMENT_TEXTS.items():
        _text(attributes, key, limit, where, blank=key not in {"annotation", "text"})
    for key in ("frame", "revision"):
        _require(_is_count(attributes.get(key, 0), 0, 2**53), where, f"has a {key}")
    _require(isinstance(attributes.get("stale", False), bool), where, "is stale or not")


def _is_count(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_number(value: Any) -> bool:
    # Within what every database and browser keeps exactly: the hash of a version goes over it.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= 2**53


_ATTRIBUTES: Final = {
    "heading": _check_heading,
    "orderedList": _check_start,
    "tableHeader": _check_cell,
    "tableCell": _check_cell,
    "field": _check_field,
    "measurement": _check_measurement,
}


def empty(title: str = "") -> Content:
    """Return a report of the two sections that none is without."""
    sections: list[Node] = [
        {"key": "findings", "title": "Findings", "code": "59776-5"},
        {"key": "impression", "title": "Impression", "code": "19005-8", "required": True},
    ]
    body = {"type": "doc", "content": [{"type": "paragraph"}]}
    filled = [{"kind": "narrative", "required": False, **one, "body": body} for one in sections]
    return {"schema": SCHEMA, "template": "", "title": title, "sections": filled}


def nodes(node: Node, kind: str = "") -> Iterator[Node]:
    """Yield the nodes below `node` in reading order, those of one kind when it is named."""
    for child in node.get("content") or []:
        if not kind or child["type"] == kind:
            yield child
        yield from nodes(child, kind)


def plain_text(body: Node) -> str:
    """Return a section's body as text: a line for each paragraph and item, tabs between cells."""
    lines: list[str] = []
    for child in body.get("content") or []:
        lines += _lines(child, "")
    return "\n".join(lines).strip()


def _lines(node: Node, indent: str) -> list[str]:
    kind, children = node["type"], node.get("content") or []
    if kind in {"paragraph", "heading"}:
        return (indent + inline_text(children)).split("\n")
    if kind == "tableRow":
        return ["\t".join(" ".join(_lines(cell, "")) for cell in children)]
    if kind in {"bulletList", "orderedList"}:
        start = (node.get("attrs") or {}).get("start", 1)
        marks = ("- " if kind == "bulletList" else f"{start + place}. " for place in range(10**6))
        return [line for child in children for line in _item(child, indent, next(marks))]
    return [line for child in children for line in _lines(child, indent)]


def _item(item: Node, indent: str, mark: str) -> list[str]:
    lines = [line for child in item.get("content") or [] for line in _lines(child, indent + "  ")]
    if not lines:
        return [indent + mark.rstrip()]
    return [indent + mark + lines[0].removeprefix(indent + "  "), *lines[1:]]


def inline_text(children: list[Node]) -> str:
    """Return inline nodes as text.

    A field that nobody filled in is nothing, or its label in brackets when it must be filled in.
    Where it is nothing, the spaces on both its sides become one.
    """
    text, follows_nothing = "", False
    for child in children:
        piece = _inline(child)
        if follows_nothing and (not text or text[-1].isspace()):
            piece = piece.removeprefix(" ")
        follows_nothing = not piece
        text += piece
    return text


def _inline(node: Node) -> str:
    kind, attributes = node["type"], node.get("attrs") or {}
    if kind == "text":
        return str(node["text"])
    if kind == "hardBreak":
        return "\n"
    if kind == "measurement":
        return str(attributes["text"])
    value, unit = attributes.get("value", ""), attributes.get("unit", "")
    if not value:
        return f"[{attributes['label']}]" if attributes.get("required") else ""
    return f"{value} {unit}".strip()


def report_text(content: Content) -> str:
    """Return a whole report as text, a heading before each section that says something."""
    parts = [
        f"{section['title'].upper()}\n{text}"
        for section in content["sections"]
        if (text := plain_text(section["body"]))
    ]
    return "\n\n".join(parts)
