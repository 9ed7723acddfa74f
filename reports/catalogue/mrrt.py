"""Templates of other makers: IHE MRRT (HTML5) turned into our source form.

The file is read as text with the standard library's tolerant parser, which knows no entities of
its own, fetches nothing and runs nothing. What is taken over is titles, texts, fields and tables;
scripts, styles and everything else are dropped. Nothing of the file is ever shown as HTML.

References: IHE RAD TF-3 4.105 (Management of Radiology Report Templates).
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from reports.catalogue.inline import SourceError
from reports.catalogue.source import compile_sections
from reports.content import Content

MAX_BYTES: Final = 512 * 1024
MAX_DEPTH: Final = 60
MAX_ELEMENTS: Final = 20_000
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_DROPPED: Final = frozenset({"script", "style", "template", "iframe", "object", "noscript", "svg"})
_BLOCKS: Final = frozenset(
    {"p", "div", "section", "header", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "br"}
)
# Where MRRT's field types go.
_TYPES: Final = {"NUMBER": "number", "DATE": "date", "SELECTION_LIST": "choice"}
_ASIDE: Final = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.S)
_CHECKBOX: Final = ("no", "yes")
# The document's type is stated by MRRT itself.
_TYPE: Final = "IMAGE_REPORT_TEMPLATE"


class MrrtError(ValueError):
    """The file is not a report template that can be taken over; the message says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read: the title, the language, and the content in the form of a report."""

    title: str
    language: str
    content: Content


def read_mrrt(data: bytes) -> Imported:
    """Return the template in an MRRT file.

    Raises
    ------
    MrrtError
        When the file is too large, too deep, not UTF-8, or holds no section.
    """
    reader = _Reader()
    reader.feed(_text(data))
    reader.close()
    title = reader.metadata.get("dcterms.title") or reader.title.strip() or "Imported template"
    if reader.metadata.get("dcterms.type", _TYPE).upper() != _TYPE:
        raise MrrtError("The file is not of the type IMAGE_REPORT_TEMPLATE.")
    source = reader.source()
    if not source:
        raise MrrtError("The file has no section that says something.")
    try:
        content = compile_sections(source, title=title[:120])
    except SourceError as error:
        raise MrrtError(f"The template cannot be taken over: {error}") from error
    language = reader.metadata.get("dcterms.language", "en")
    return Imported(
        title[:120], language if re.fullmatch(r"[A-Za-z-]{2,8}", language) else "en", content
    )


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise MrrtError(f"The file is larger than {MAX_BYTES // 1024} kB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MrrtError("The file is not UTF-8 text.") from None
    if "\0" in text:
        raise MrrtError("The file is not text.")
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise MrrtError("The file has too many elements, or too deep ones.")
    # Before the parser, which looks for the end of each unclosed one anew.
    return _ASIDE.sub(" ", text)


@dataclass
class _Field:
    """A field that is being read."""

    label: str
    kind: str
    unit: str = ""
    limits: tuple[str, str] = ("", "")
    is_required: bool = False
    value: str = ""
    options: list[str] = field(default_factory=list)

    def source(self) -> str:
        """Return the field as our source has it."""
        kind, options = self.kind, [_bare(one) for one in self.options if _bare(one)]
        if kind == "choice" and len(options) < 2:
            kind = "text"
        label = _bare(self.label).replace(":", " ").strip("! ")[:200] or "Field"
        parts = [f"{label}{'!' if self.is_required else ''}: {kind}"]
        if kind == "choice":
            parts.append(" / ".join(one[:200].replace(" / ", "/") for one in options[:60]))
        elif kind == "number":
            parts.append(self._number())
        value = _bare(self.value).replace(" = ", " ")[:500]
        parts.append(f"= {value}" if value else "")
        return "{{" + " ".join(part for part in parts if part) + "}}"

    def _number(self) -> str:
        low, high = self.limits
        is_limited = all(re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", one) for one in (low, high))
        unit = _bare(self.unit).replace("..", " ").replace("=", " ")[:30]
        return f"{unit} {low}..{high}".strip() if is_limited else unit


def _bare(text: str) -> str:
    """Return a text on one line, without what has a meaning in our source."""
    return " ".join(re.sub(r"[{}\\|*\x00-\x1f]", " ", text).split())


class _Reader(HTMLParser):
    """Writes our source while it reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.metadata: dict[str, str] = {}
        self.title = ""
        self.sections: list[tuple[str, list[str]]] = []
        self.line = self.heading = ""
        self.labels: dict[str, str] = {}
        self._open: list[str] = []
        self._dropped = 0
        self._elements = 0
        self._field: _Field | None = None
        self._cells: list[str] | None = None
        self._is_head = False
        self._option: str | None = None
        self._label: str | None = None
        self._label_for = ""
        self._is_selected = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        self._count(tag)
        if tag in _DROPPED:
            self._dropped += 1
        if self._dropped:
            return
        values = {name: value or "" for name, value in attrs}
        begin = getattr(self, f"_begin_{tag}", None)
        if tag in _BLOCKS:
            self._end_line()
        if begin is not None:
            begin(values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element that is closed where it begins; void ones have no end."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element, and those left open within it."""
        if tag not in self._open:
            return
        while self._open:
            last = self._open.pop()
            self._end(last)
            if last == tag:
                break

    def _end(self, tag: str) -> None:
        if tag in _DROPPED:
            self._dropped -= 1
            return
        if self._dropped:
            return
        end = getattr(self, f"_end_{tag}", None)
        if end is not None:
            end()
        if tag in _BLOCKS:
            self._end_line()

    def _count(self, tag: str) -> None:
        self._elements += 1
        if tag not in _VOID:
            self._open.append(tag)
        if self._elements > MAX_ELEMENTS or len(self._open) > MAX_DEPTH:
            raise MrrtError("The file has too many elements, or too deep ones.")

    def handle_data(self, data: str) -> None:
        """Take text to where it belongs."""
        if self._dropped:
            return
        if "title" in self._open and "head" in self._open:
            self.title += data
        elif self._option is not None:
            self._option += data
        elif self._field is not None:
            self._field.value += data
        elif self._label is not None:
            self._label += data
            self._say(data)
        elif "body" in self._open and self.sections and data.strip():
            self._say(data)

    def _say(self, data: str) -> None:
        text = _bare(data)
        self.line += text if text[:1] in (".", ",", ";", ":") else f" {text}"

    def _begin_meta(self, values: dict[str, str]) -> None:
        self.metadata[values.get("name", "").lower()[:60]] = _bare(values.get("content", ""))[:300]

    def _begin_section(self, values: dict[str, str]) -> None:
        name = _bare(values.get("data-section-name") or values.get("id", "")) or "Section"
        name = name.replace("[", "(").replace("]", ")").strip("!# ")[:100] or "Section"
        is_required = values.get("data-section-required", "").lower() in {"true", "yes"}
        self.sections.append((f"# {name}{'!' if is_required else ''}", []))
        # MRRT says it again as the section's first words.
        self.heading = name

    def _begin_label(self, values: dict[str, str]) -> None:
        self._label, self._label_for = "", values.get("for", "")

    def _end_label(self) -> None:
        self.labels[self._label_for] = _bare(self._label or "").rstrip(": ")
        self._label = None

    def _begin_input(self, values: dict[str, str]) -> None:
        made = self._made(values)
        if values.get("type", "").lower() == "checkbox" or made.kind == "checkbox":
            made.kind, made.options = "choice", list(_CHECKBOX)
            made.value = "yes" if "checked" in values else "no"
        else:
            made.value = values.get("value", "")
        self._put(made)

    def _begin_textarea(self, values: dict[str, str]) -> None:
        self._field = self._made(values)

    def _end_textarea(self) -> None:
        if self._field is not None:
            self._put(self._field)
        self._field = None

    def _begin_select(self, values: dict[str, str]) -> None:
        self._field = self._made(values)
        self._field.kind = "choice"

    _end_select = _end_textarea

    def _begin_option(self, values: dict[str, str]) -> None:
        self._end_option()
        self._option, self._is_selected = "", "selected" in values

    def _end_option(self) -> None:
        if self._option is None or self._field is None:
            return
        self._field.options.append(self._option)
        self._field.value = self._option if self._is_selected else self._field.value.strip()
        self._option = None

    def _begin_tr(self, values: dict[str, str]) -> None:
        self._cells, self._is_head = [], True

    def _begin_td(self, values: dict[str, str]) -> None:
        self.line, self._is_head = "", False

    def _begin_th(self, values: dict[str, str]) -> None:
        self.line = ""

    def _end_td(self) -> None:
        if self._cells is not None:
            self._cells.append(self.line.strip())
        self.line = ""

    _end_th = _end_td

    def _end_tr(self) -> None:
        cells, self._cells, self.line = self._cells or [], None, ""
        if cells and self.sections:
            lines = self.sections[-1][1]
            is_first = not lines or not lines[-1].startswith("|")
            lines.append("| " + " | ".join(cells) + " |")
            if is_first and self._is_head:
                lines.append("|" + "---|" * len(cells))

    def _made(self, values: dict[str, str]) -> _Field:
        name = values.get("data-field-name") or values.get("title") or values.get("name", "")
        label = self.labels.get(values.get("id", "")) or name or values.get("id", "")
        kind = values.get("data-field-type", "").upper()
        if not kind and values.get("type", "").lower() in {"number", "date"}:
            kind = values["type"].upper()
        action = values.get("data-field-completion-action", "").upper()
        return _Field(
            label,
            "checkbox" if kind == "CHECKBOX" else _TYPES.get(kind, "text"),
            unit=values.get("data-field-units", ""),
            limits=(values.get("min", ""), values.get("max", "")),
            is_required=action in {"PROHIBIT", "ALERT"} or "required" in values,
        )

    def _put(self, made: _Field) -> None:
        if self.sections:
            self.line += f" {made.source()}"

    def _end_line(self) -> None:
        """End a paragraph; within a cell of a table it goes on."""
        if self._cells is not None:
            return
        line, self.line = self.line.strip(), ""
        if line and self.sections and line != self.heading:
            # A backslash, so that its beginning is not taken for a heading or an item.
            self.sections[-1][1].append(f"\\{line}" if re.match(r"[#|-]|\d+\.", line) else line)

    def source(self) -> str:
        """Return what was read as source; sections that say nothing are left out."""
        self._end_line()
        told = [(head, lines) for head, lines in self.sections if lines]
        return "\n\n".join("\n".join([head, *lines]) for head, lines in told)
