"""Fills an installation for browser tests; run as a module with the installation's environment.

usage: python -m tests.e2e.seed FOLDER
"""

import os
import shutil
import sys
from pathlib import Path

import django

PASSWORD = "a long enough password for tests"
USERS = {"reader": "RADIOLOGIST", "desk": "FACILITY", "chief": "ADMIN"}


def add_people() -> int:
    """Create a facility with a user of each kind; return the facility's key."""
    from worklist.models import CustomUser, Facility

    facility = Facility.objects.create(name="Test hospital")
    elsewhere = Facility.objects.create(name="Elsewhere")
    for username, role in USERS.items():
        own = elsewhere if role == "FACILITY" else None
        CustomUser.objects.create_user(username, password=PASSWORD, role=role, facility=own)
    return facility.pk


def take_in(path: Path, facility_id: int) -> None:
    """Ingest a file by the archive's one door."""
    from archive.ingest import Door, Origin, OutcomeKind, ingest
    from archive.spool import Spool

    with Spool.create() as writer, path.open("rb") as stream:
        shutil.copyfileobj(stream, writer)
        spooled = writer.finish()
    outcome = ingest(spooled, Origin(door=Door.IMPORT, facility_id=facility_id))
    if outcome.kind not in (OutcomeKind.STORED, OutcomeKind.DUPLICATE):
        sys.stdout.write(f"{path.name}: {outcome.kind} {outcome.reason} {outcome.message}\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "noctisview.settings")
    django.setup()
    facility = add_people()
    for file in sorted(path for path in Path(sys.argv[1]).rglob("*") if path.is_file()):
        take_in(file, facility)
