"""The source of a report template: a text that people read, compiled into the form of a report.

A head of ``name: value`` lines, then sections::

    key: ct-head
    name: CT head
    modality: CT
    body part: HEAD
    edition: 1

    # Findings!
    **Brain:** Normal attenuation.
    - a list
    | Site | Size |
    |------|------|
    | {{Site: text}} | {{Size: number mm 0..200}} |

    # Impression!

``!`` behind a section's title: it must not be empty. A title that is not in `CODES` may carry a
LOINC code in brackets. docs/develop/templates.md has the whole form.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils.text import slugify

from reports.catalogue.inline import FieldKeys, SourceError, parse_line
from reports.content import SCHEMA, Content, ContentError, Node, checked

MAX_SOURCE: Final = 200_000
# Headings of a report (PS3.16 CID 7001) by the titles that our templates use.
CODES: Final = {
    "Clinical information": "55752-0",
    "Indication": "18785-6",
    "Technique": "55111-9",
    "Comparison": "18834-2",
    "Findings": "59776-5",
    "Measurements": "59776-5",
    "Impression": "19005-8",
    "Recommendation": "18783-1",
    "Communication": "73568-8",
    "Radiation": "73569-6",
}
_HEAD: Final = {"key", "name", "modality", "body part", "language", "edition"}
_SECTION: Final = re.compile(
    r"#\s+(?P<title>[^\[\]]+?)(?P<required>!?)\s*(?:\[(?P<code>[\d-]+)\])?"
)
ITEM: Final = re.compile(r"(?P<mark>-|\d{1,3}\.)(?:\s+(?P<text>.*))?")
_CELLS: Final = re.compile(r"(?<!\\)\|")
_RULE: Final = re.compile(r"\|(?=[^-]*-)[\s|:-]+\|")


@dataclass(frozen=True, slots=True)
class Source:
    """A template as its source has it; `content` is compiled and checked."""

    key: str
    name: str
    modality: str
    body_part: str
    language: str
    edition: int
    content: Content


def compiled(text: str) -> Source:
    """Return the template that `text` is the source of.

    Raises
    ------
    SourceError
        When the head lacks something, or the sections are not of the form above.
    """
    head, _, body = text.partition("\n\n")
    values = _head(head)
    for needed in ("key", "name", "edition"):
        if not values.get(needed):
            raise SourceError(f"the head has no “{needed}”")
    content = compile_sections(body, title=values["name"], template=values["key"])
    return Source(
        key=values["key"],
        name=values["name"],
        modality=values.get("modality", ""),
        body_part=values.get("body part", ""),
        language=values.get("language", "en"),
        edition=int(values["edition"]),
        content=content,
    )


def _head(text: str) -> dict[str, str]:
    values = {}
    for line in text.splitlines():
        name, _, value = (part.strip() for part in line.partition(":"))
        if name not in _HEAD:
            raise SourceError(f"the head has “{name}”, which is unknown")
        values[name] = value
    return values


def compile_sections(text: str, *, title: str, template: str = "") -> Content:
    """Return the content that the sections in `text` make.

    Raises
    ------
    SourceError
        With the number of the line that cannot be read.
    """
    if len(text) > MAX_SOURCE:
        raise SourceError("the template is too long")
    compiler = _Compiler()
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            compiler.read(line.strip())
        except SourceError as error:
            raise SourceError(f"line {number}: {error}") from None
    content = {
        "schema": SCHEMA,
        "template": template,
        "title": title,
        "sections": compiler.finished(),
    }
    try:
        return checked(content)
    except ContentError as error:
        raise SourceError(str(error)) from None


class _Compiler:
    """Reads line after line; what belongs to one list or table is gathered into it."""

    def __init__(self) -> None:
        self.sections: list[dict[str, Any]] = []
        self.keys = FieldKeys()
        self.section_keys = FieldKeys()
        self._gathering = ""

    def finished(self) -> list[dict[str, Any]]:
        if not self.sections:
            raise SourceError("there is no section: “# Findings”")
        for section in self.sections:
            section["body"]["content"] = section["body"]["content"] or [{"type": "paragraph"}]
        return self.sections

    def read(self, line: str) -> None:
        if not line:
            self._gathering = ""
        elif line.startswith("# "):
            self._open_section(line)
        else:
            self._read_block(line)

    def _open_section(self, line: str) -> None:
        match = _SECTION.fullmatch(line)
        if match is None:
            raise SourceError("a section is “# Title”, “# Title!” or “# Title [code]”")
        title = match["title"].strip()
        self.sections.append(
            {
                "key": self.section_keys.of(title),
                "title": title,
                "code": match["code"] or CODES.get(title, ""),
                "kind": "narrative",
                "required": bool(match["required"]),
                "body": {"type": "doc", "content": []},
            }
        )
        self._gathering = ""

    def _read_block(self, line: str) -> None:
        if not self.sections:
            raise SourceError("text before the first section")
        item = ITEM.fullmatch(line)
        if line.startswith("|"):
            self._row(line)
        elif item is not None:
            self._item(item)
        elif line.startswith("### "):
            self._add({"type": "heading", "attrs": {"level": 3}, **self._words(line[4:])})
        else:
            self._add(self._paragraph(line))

    def _add(self, block: Node) -> Node:
        self._gathering = block["type"]
        self.sections[-1]["body"]["content"].append(block)
        return block

    def _gathered(self, kind: str) -> Node:
        """Return the list or table that is open, or a new one."""
        blocks = self.sections[-1]["body"]["content"]
        if blocks and self._gathering == kind:
            last: Node = blocks[-1]
            return last
        return self._add({"type": kind, "content": []})

    def _item(self, item: re.Match[str]) -> None:
        kind = "bulletList" if item["mark"] == "-" else "orderedList"
        entry = {"type": "listItem", "content": [self._paragraph(item["text"] or "")]}
        self._gathered(kind)["content"].append(entry)

    def _row(self, line: str) -> None:
        table = self._gathered("table")
        if _RULE.fullmatch(line):
            if len(table["content"]) != 1:
                raise SourceError("“|---|” stands below the first row of a table")
            for cell in table["content"][0]["content"]:
                cell["type"] = "tableHeader"
            return
        texts = _CELLS.split(line.strip("|"))
        cells = [{"type": "tableCell", "content": [self._paragraph(one.strip())]} for one in texts]
        table["content"].append({"type": "tableRow", "content": cells})

    def _paragraph(self, line: str) -> Node:
        return {"type": "paragraph", **self._words(line)}

    def _words(self, line: str) -> Node:
        words = parse_line(line, self.keys)
        return {"content": words} if words else {}


def slug_of(name: str) -> str:
    """Return a key made from a name."""
    return slugify(name)[:60] or "template"
