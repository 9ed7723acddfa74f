"""`noctis demo`: something to look at, generated or brought in from a folder."""

from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from archive.errors import ArchiveError
from noctisview.accounts import OperatorError
from noctisview.demo_reading import furnish
from operations.demo.load import DemoSummary, load_demo
from operations.folder import FileReport, FolderSummary, import_folder
from worklist.models import CustomUser, Facility, UserRole
from worklist.services import create_initial_administrator, create_user

Say = Callable[[str], None]

FACILITIES = {
    "north": {
        "name": "North General Hospital",
        "address": "12 Harley Row, Northfield",
        "phone": "+44 20 7946 0110",
        "email": "radiology@north.example",
        "dicom_ae_title": "NORTH",
    },
    "harbour": {
        "name": "Harbour Imaging Centre",
        "address": "3 Quayside, Harbour Town",
        "phone": "+44 20 7946 0162",
        "email": "desk@harbour.example",
        "dicom_ae_title": "HARBOUR",
    },
}
# User name, role, facility, first and last name. The administrator is made by `noctis start`.
USERS = (
    ("reader", UserRole.RADIOLOGIST, None, "Ruth", "Reader"),
    ("north", UserRole.FACILITY, "north", "Nora", "North"),
    ("harbour", UserRole.FACILITY, "harbour", "Harry", "Harbour"),
    ("technician", UserRole.TECHNICIAN, "north", "Theo", "Technician"),
)


def generate(note: Say, modalities: Collection[str] = ()) -> dict[str, Any]:
    """Load the generated studies, and make the people of the demo that are not there yet.

    Parameters
    ----------
    note : callable
        Called with what is being made, as it goes on.
    modalities : collection of str
        Only studies of these modalities; all when empty.

    Returns
    -------
    dict
        ``lines`` for a person to read, ``passwords`` of the users that were made just now,
        numbers of ``studies``, ``present`` studies and instances by outcome.

    Raises
    ------
    OperatorError
        If not everything could be stored; running it again goes on.
    """
    call_command("migrate", interactive=False, verbosity=0)
    facilities = {key: _facility(**fields) for key, fields in FACILITIES.items()}
    ids = {key: facility.pk for key, facility in facilities.items()}

    def progress(done: int, total: int, title: str) -> None:
        note(f"{done} of {total} images: {title}")

    try:
        summary = load_demo(ids, timezone.localdate(), progress, modalities)
    except ArchiveError as error:
        raise OperatorError(f"{error}; what is stored stays, run it again to go on") from error
    except BrokenProcessPool as error:
        raise OperatorError("a process that made images was killed: is there memory?") from error
    # Late, so that no password is made and then not shown because something failed.
    passwords = _people(facilities)
    furnish(ids, timezone.localdate())
    return {
        "lines": _demo_lines(summary),
        "studies": summary.studies,
        "present": summary.present,
        "passwords": passwords,
        **_by_outcome(summary),
    }


def _facility(name: str, **fields: str) -> Facility:
    return Facility.objects.get_or_create(name=name, defaults=fields)[0]


def _people(facilities: dict[str, Facility]) -> dict[str, str]:
    """Create who is missing; return the passwords, which are shown once."""
    passwords = {}
    if administrator := create_initial_administrator():
        passwords["admin"] = administrator
    for username, role, place, first, last in USERS:
        if CustomUser.objects.filter(username__iexact=username).exists():
            continue
        facility = facilities[place] if place else None
        _, passwords[username] = create_user(
            username, role=role, facility=facility, first_name=first, last_name=last
        )
    return passwords


def bring_in(
    folder: Path, said: Callable[[FileReport], None], facility: str | None = None
) -> dict[str, Any]:
    """Import a folder for a facility: the one named, or the first one.

    Parameters
    ----------
    folder : Path
        Every DICOM file below it goes in.
    said : callable
        Called with the report of each file.
    facility : str, optional
        Name of the facility whose studies these are.

    Raises
    ------
    OperatorError
        If there is no such folder or facility, or the archive can't store.
    """
    if not folder.is_dir():
        raise OperatorError(f"{folder} is no folder")
    call_command("migrate", interactive=False, verbosity=0)
    owner = _owner(facility)
    try:
        summary = import_folder(folder, owner.pk, said)
    except ArchiveError as error:
        raise OperatorError(f"{error}; what is stored stays, run it again to go on") from error
    return {
        "lines": _folder_lines(summary, owner),
        "files": summary.files,
        "skipped": dict(summary.skipped),
        **_by_outcome(summary),
    }


def _owner(name: str | None) -> Facility:
    if name is None:
        first = Facility.objects.order_by("pk").first()
        return first or Facility.objects.create(name="Demo Facility")
    facility = Facility.objects.filter(name__iexact=name).first()
    if facility is None:
        known = ", ".join(Facility.objects.values_list("name", flat=True)) or "none yet"
        raise OperatorError(f"there is no facility {name!r} (known: {known})")
    return facility


def _by_outcome(summary: DemoSummary | FolderSummary) -> dict[str, int]:
    return {kind.value: count for kind, count in summary.outcomes.items()}


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _demo_lines(summary: DemoSummary) -> list[str]:
    lines = []
    if summary.present:
        word = "study is" if summary.present == 1 else "studies are"
        lines.append(f"{summary.present} {word} there already.")
    if summary.studies:
        lines.append(
            f"{_plural(summary.studies, 'study', 'studies')},"
            f" {_plural(summary.instances, 'image', 'images')},"
            f" {summary.content_bytes / 1e6:.0f} MB: {_counted(Counter(_by_outcome(summary)))}."
        )
    lines += [f"{o.sop_instance_uid}: {o.kind.value}, {o.message}" for o in summary.failures]
    return lines


def _folder_lines(summary: FolderSummary, owner: Facility) -> list[str]:
    ends = Counter(_by_outcome(summary))
    if skipped := summary.skipped.total():
        ends["skipped"] = skipped
    files = _plural(summary.files, "file", "files")
    size = f"{summary.content_bytes / 1e6:.0f} MB"
    return [f"{files} for {owner.name}, {size}: {_counted(ends) or 'nothing'}."]


def line_of(report: FileReport) -> str:
    """Return what to say of a file that did not simply go in."""
    end = report.kind.value if report.kind else "skipped"
    return f"{report.path}: {end} ({report.reason}) {report.message}"
