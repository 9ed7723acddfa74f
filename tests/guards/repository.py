"""The repository's own files, for the guards that read them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def own_files(*patterns: str) -> list[Path]:
    """Return the files that git knows or would add; what it ignores is not ours."""
    argv = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()})
