"""The files of the built front end, by Vite's manifest."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static

MANIFEST = Path(__file__).resolve().parent / "static" / "viewer" / "manifest.json"
ENTRY = "src/main.tsx"


class FrontEndNotBuiltError(RuntimeError):
    """The front end has not been built: there is no manifest to read."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses of the entry script and of the style sheets."""

    script: str
    styles: tuple[str, ...]


@lru_cache(maxsize=1)
def _read(manifest: Path, modified_ns: int) -> Assets:
    chunk = json.loads(manifest.read_text(encoding="utf-8"))[ENTRY]
    styles = tuple(static(f"viewer/{name}") for name in chunk.get("css", ()))
    return Assets(script=static(f"viewer/{chunk['file']}"), styles=styles)


def assets() -> Assets:
    """Return the files of the current build; a new build is noticed without a restart.

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
    return _read(MANIFEST, modified_ns)
