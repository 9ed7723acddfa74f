"""`noctis demo`: bring a folder of studies into the first facility."""

from pathlib import Path
from typing import Any

from noctisview.accounts import OperatorError
from operations.folder import import_folder
from worklist.models import Facility


def load(source: str | None) -> dict[str, Any]:
    """Import the folder `source` for the first facility, which is made if there is none.

    Raises
    ------
    OperatorError
        No folder is named: generated studies are not part of this version.
    """
    if source is None:
        raise OperatorError("name a folder: noctis demo --from DIR (none are generated yet)")
    folder = Path(source)
    if not folder.is_dir():
        raise OperatorError(f"{source} is no folder")
    facility = Facility.objects.order_by("pk").first()
    if facility is None:
        facility = Facility.objects.create(name="Demo Facility")
    counts = import_folder(folder, facility.pk)
    return {kind.value: count for kind, count in counts.items()}
