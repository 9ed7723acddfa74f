"""Whether the embedded database is as this code wants it: seen without starting Django.

Starting a program only to learn that there is nothing to migrate is half of a second start.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from noctisview.launcher import packages
from noctisview.launcher.installation import Installation
from noctisview.launcher.stamps import digest_of, read_stamp, write_stamp

_STAMP = "prepared.json"
# What makes the product look for its database, or its tables, elsewhere.
_ELSEWHERE = ("NOCTIS_DATABASE_URL",)


def known_answer(
    installation: Installation, environment: Mapping[str, str]
) -> dict[str, str | None] | None:
    """Return what ``prepare`` would answer, or None when it has to be asked.

    It is known when this code prepared this database, which since then has the same migrations
    applied (a restored backup may not) and has users.
    """
    if any(environment.get(name) for name in _ELSEWHERE):
        return None
    if environment.get("DJANGO_SETTINGS_MODULE") != "noctisview.settings":
        return None
    stamp = read_stamp(installation.data_dir / _STAMP)
    if "applied" not in stamp or stamp.get("code") != _code(installation, environment):
        return None
    if stamp["applied"] != _applied(installation.data_dir):
        return None
    return {"password": None, "ae_title": stamp.get("ae_title", "")}


def remember(installation: Installation, environment: Mapping[str, str], ae_title: str) -> None:
    """Note that this code has prepared the database, if it is the embedded one."""
    applied = _applied(installation.data_dir)
    if applied and not any(environment.get(name) for name in _ELSEWHERE):
        code = _code(installation, environment)
        write_stamp(installation.data_dir / _STAMP, code=code, applied=applied, ae_title=ae_title)


def _code(installation: Installation, environment: Mapping[str, str]) -> str:
    """Return the digest of all that decides what ``prepare`` does."""
    root = installation.root
    files = sorted(root.glob("*/migrations/*.py"))
    files += sorted(root.glob("reports/catalogue/templates/*.txt"))  # loaded after each migrate
    files += [root / "noctisview" / "settings.py", root / "noctisview" / "accounts.py"]
    files += [path for path in [root / packages.RUNTIME_LOCK] if path.is_file()]
    titles = environment.get("NOCTIS_AE_TITLE", "")
    return digest_of(files, "\n".join(str(file.relative_to(root)) for file in files), titles)


def _applied(data_dir: Path) -> str:
    """Return the digest of the applied migrations; empty when there is no database with users."""
    file = data_dir / "noctis.sqlite3"
    if not file.is_file():
        return ""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
            applied = [f"{app}.{name}" for app, name in rows]
            users = database.execute("SELECT 1 FROM worklist_customuser LIMIT 1").fetchone()
    except sqlite3.Error:
        return ""
    return digest_of([], *applied) if users else ""
