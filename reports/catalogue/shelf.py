"""The templates and macros that come with the product: reports/catalogue/templates/*.txt."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from reports.catalogue.inline import SourceError
from reports.catalogue.source import Source, compiled

FOLDER: Final = Path(__file__).resolve().parent / "templates"
MACROS: Final = "macros.txt"
_MACRO: Final = re.compile(r"(?P<trigger>[\w-]{1,40})(?:\s+\((?P<modality>\w+)\))?:\s+(?P<text>.+)")


@dataclass(frozen=True, slots=True)
class MacroSource:
    """A macro of ours."""

    trigger: str
    text: str
    modality: str
    edition: int


@lru_cache(maxsize=1)
def templates() -> tuple[Source, ...]:
    """Return our templates, by key."""
    files = sorted(path for path in FOLDER.glob("*.txt") if path.name != MACROS)
    return tuple(_read(path) for path in files)


def _read(path: Path) -> Source:
    try:
        return compiled(path.read_text(encoding="utf-8"))
    except SourceError as error:
        raise SourceError(f"{path.name}: {error}") from error


@lru_cache(maxsize=1)
def macros() -> tuple[MacroSource, ...]:
    """Return our macros, in the order of their file."""
    lines = (FOLDER / MACROS).read_text(encoding="utf-8").splitlines()
    edition = int(lines[0].removeprefix("edition:"))
    # "= Title" begins a group; it is for people.
    entries = [line for line in lines[1:] if line.strip() and not line.startswith("=")]
    return tuple(_macro(line, edition) for line in entries)


def _macro(line: str, edition: int) -> MacroSource:
    match = _MACRO.fullmatch(line)
    if match is None:
        raise SourceError(f"{MACROS}: “{line}” is no macro")
    text = match["text"].replace("\\n", "\n")
    return MacroSource(match["trigger"], text, match["modality"] or "", edition)
