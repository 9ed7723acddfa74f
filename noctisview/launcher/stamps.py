"""Stamps: a file that says from what something was made, so that it is not made again."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def digest_of(paths: Iterable[Path], *words: str) -> str:
    """Return one SHA-256 over names and contents of files (folders are walked) and over words."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(f"{word}\0".encode())
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(path.parent).as_posix()}\0{content}\0".encode())
    return digest.hexdigest()


def read_stamp(path: Path) -> dict[str, str]:
    """Return what the stamp says; nothing when it is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(path: Path, **made_from: str) -> None:
    """Add to the stamp what was made from what."""
    path.write_text(json.dumps({**read_stamp(path), **made_from}, indent=1), encoding="utf-8")
