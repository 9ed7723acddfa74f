"""Checks of what PDFs are made with: pango, and fonts for every script that names come in."""

import ctypes
import ctypes.util
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from operations.findings import Finding, ok, warn

_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0")
_FONTS = {"NotoSans-Regular": "Noto Sans", "NotoSansCJK-Regular": "Noto Sans CJK"}
_SUFFIXES = (".ttf", ".ttc", ".otf")
_MEND = (
    "Run: apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-core fonts-noto-cjk"
    " (elsewhere: pango and the Noto fonts)"
)


def missing_libraries(names: Iterable[str] = _LIBRARIES) -> list[str]:
    """Return those shared libraries that cannot be loaded."""
    return [name for name in names if not _loads(name)]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:  # other systems have other endings
        return ctypes.util.find_library(name.removeprefix("lib").split(".so")[0]) is not None
    return True


def font_folders() -> list[Path]:
    """Return where fonts are installed (fontconfig's defaults and the XDG folders)."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    folders = [home, *(Path(folder) for folder in shared.split(":") if folder)]
    return [folder / "fonts" for folder in folders] + [Path.home() / ".fonts"]


def missing_fonts(folders: Iterable[Path]) -> list[str]:
    """Return the names of those fonts of which no file is there."""
    found = {path.stem for folder in folders for path in _font_files(folder)}
    return [name for stem, name in _FONTS.items() if stem not in found]


def _font_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("NotoSans*") if path.suffix in _SUFFIXES)


def check_printing() -> Finding:
    """See whether reports can be printed, and in every script."""
    libraries = missing_libraries()
    if libraries:
        return warn("printing", f"no PDF can be made: {', '.join(libraries)} missing", _MEND)
    fonts = missing_fonts(font_folders())
    if fonts:
        return warn("printing", f"fonts missing: {', '.join(fonts)}", _MEND)
    return ok("printing", "pango and the Noto fonts are there")


CHECKS = (check_printing,)
