"""OHIF as its project publishes it: the built files of the npm package, unpacked and compressed."""

import gzip
import subprocess
import tarfile
from pathlib import Path

VERSION = "3.13.2"
_TEXT = {".js", ".css", ".wasm", ".html", ".json", ".svg"}


def _dist(folder: Path) -> Path:
    return folder / f"ohif-{VERSION}" / "package" / "dist"


def is_unpacked(folder: Path) -> bool:
    return (_dist(folder) / "ready").exists()


def unpack(folder: Path) -> Path:
    """Return the folder of OHIF's built files; fetched with npm if they are not there yet."""
    dist = _dist(folder)
    if is_unpacked(folder):
        return dist
    root = dist.parents[1]
    root.mkdir(parents=True, exist_ok=True)
    words = ["npm", "pack", "--silent", f"@ohif/app@{VERSION}"]
    done = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"OHIF could not be fetched; is there a network? {done.stderr[-500:]}")
    with tarfile.open(next(root.glob("*.tgz"))) as archive:
        archive.extractall(root, filter="data")
    _compress(dist)
    (dist / "ready").touch()
    return dist


def _compress(dist: Path) -> None:
    for file in dist.iterdir():
        if file.is_file() and file.suffix in _TEXT and file.name != "app-config.js":
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), 6))
