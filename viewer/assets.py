"""The files of the built front end, by Vite's manifest."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static

MANIFEST = Path(__file__).resolve().parent / "static" / "viewer" / "manifest.json"
VIEWER = "src/main.tsx"
REPORT = "src/report.tsx"


Manifest = dict[str, dict[str, Any]]


class FrontEndNotBuiltError(RuntimeError):
    """The front end has not been built: there is no manifest to read."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses of the entry script, of the style sheets, and of the scripts it will ask for."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


def _chunks(manifest: Manifest, name: str, seen: dict[str, None]) -> dict[str, None]:
    """Return the names of a chunk and of all that it imports at once, what is imported first."""
    if name not in seen:
        seen[name] = None
        for imported in manifest[name].get("imports", ()):
            _chunks(manifest, imported, seen)
    return seen


@lru_cache(maxsize=4)
def _read(path: Path, entry: str, modified_ns: int) -> Assets:
    manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    needed = _chunks(manifest, entry, {})
    # What the entrance itself imports while it runs is sure to be needed; what comes later is not.
    for part in manifest[entry].get("dynamicImports", ()):
        _chunks(manifest, part, needed)
    names = list(reversed(needed))
    styles = dict.fromkeys(style for name in names for style in manifest[name].get("css", ()))
    scripts = dict.fromkeys(manifest[name]["file"] for name in needed if name != entry)
    return Assets(
        script=static(f"viewer/{manifest[entry]['file']}"),
        styles=tuple(static(f"viewer/{style}") for style in styles),
        preloads=tuple(static(f"viewer/{script}") for script in scripts),
    )


def assets(entry: str = VIEWER) -> Assets:
    """Return the files of the current build; a new build is noticed without a restart.

    Parameters
    ----------
    entry : str
        Source of the entry, as the manifest names it: ``VIEWER`` or ``REPORT``.

    Raises
    ------
    FrontEndNotBuiltError
        Nothing was built yet.
    """
    try:
        modified_ns = MANIFEST.stat().st_mtime_ns
    except FileNotFoundError:
        raise FrontEndNotBuiltError(
            "The front end is not built: run 'npm ci && npm run build' in frontend/"
        ) from None
    return _read(MANIFEST, entry, modified_ns)
