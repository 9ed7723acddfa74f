"""A template's content as the text that it can be edited in: the reverse of `source`."""

from reports.catalogue.inline import line_of
from reports.catalogue.source import CODES, ITEM
from reports.content import Content, Node


def sections_text(content: Content) -> str:
    """Return the sections of `content` as source; what the source cannot say is left plain."""
    return "\n\n".join(_section(section) for section in content["sections"]) + "\n"


def _section(section: Node) -> str:
    required = "!" if section.get("required") else ""
    title, code = section["title"].replace("[", "(").replace("]", ")"), section.get("code", "")
    head = f"# {title}{required}" + (f" [{code}]" if code and CODES.get(title) != code else "")
    lines, last = [head], ""
    for block in section["body"].get("content") or []:
        # Two lists or tables side by side stay two.
        if block["type"] == last and last not in {"paragraph", "heading"}:
            lines.append("")
        lines += _lines(block)
        last = block["type"]
    return "\n".join(lines)


def _lines(block: Node) -> list[str]:
    kind, children = block["type"], block.get("content") or []
    if kind == "paragraph":
        return [_guarded(line_of(children).strip())] if children else []
    if kind == "heading":
        return [f"### {line_of(children)}"]
    if kind == "table":
        return [line for place, row in enumerate(children) for line in _row(row, place)]
    marks = ["-" if kind == "bulletList" else f"{one + 1}." for one in range(len(children))]
    return [f"{mark} {_flat(item)}" for mark, item in zip(marks, children, strict=True)]


def _guarded(line: str) -> str:
    """Return a paragraph so that its beginning is not taken for a heading, an item or a row."""
    is_mark = line.startswith("#") or ITEM.fullmatch(line.strip()) is not None
    return f"\\{line}" if is_mark else line


def _flat(node: Node) -> str:
    """Return all paragraphs below a node as one line."""
    if node["type"] == "paragraph":
        return line_of(node.get("content") or [])
    return " ".join(_flat(child) for child in node.get("content") or []).strip()


def _row(row: Node, place: int) -> list[str]:
    cells = row.get("content") or []
    line = "| " + " | ".join(_flat(cell) for cell in cells) + " |"
    is_head = place == 0 and bool(cells) and all(cell["type"] == "tableHeader" for cell in cells)
    return [line, "|" + "---|" * len(cells)] if is_head else [line]
