"""Where NOCTIS lies on this machine: its code, its interpreter, its data."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Installation:
    """One installation and the data directory it works on.

    Attributes
    ----------
    root : Path
        The folder that holds the rooms: a checkout, or site-packages.
    is_checkout : bool
        True when the launcher of a checkout runs: it then keeps ``.venv`` and the front end.
    data_dir : Path
        Database, archive, secrets and logs.
    """

    root: Path
    is_checkout: bool
    data_dir: Path

    @property
    def venv(self) -> Path:
        """Return the folder of the checkout's own Python environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Return the interpreter that runs the product."""
        if not self.is_checkout:
            return Path(sys.executable)
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def logs(self) -> Path:
        """Return the folder of the log files."""
        return self.data_dir / "logs"

    @property
    def setup_log(self) -> Path:
        """Return the file that holds the output of every installation step."""
        return self.logs / "setup.log"

    @property
    def frontend(self) -> Path:
        """Return the folder of the front end's sources."""
        return self.root / "frontend"

    @property
    def bundle(self) -> Path:
        """Return the folder of the built front end."""
        return self.root / "viewer" / "static" / "viewer"

    def environment(self) -> dict[str, str]:
        """Return the environment in which the product's programs run."""
        variables = dict(os.environ)
        variables.setdefault("DJANGO_SETTINGS_MODULE", "noctisview.settings")
        variables["NOCTIS_DATA_DIR"] = str(self.data_dir)
        variables["PYTHONUNBUFFERED"] = "1"
        variables.pop("PYTHONHOME", None)
        if self.is_checkout:
            paths = [str(self.root), variables.get("PYTHONPATH", "")]
            variables["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        return variables


def default_data_dir(checkout: Path | None) -> Path:
    """Return the data directory when none is named.

    A checkout keeps its data beside its code (``.noctis``, git-ignored); an installed package
    uses the user's data folder.
    """
    named = os.environ.get("NOCTIS_DATA_DIR")
    if named:
        return Path(named).expanduser().resolve()
    if checkout:
        return checkout / ".noctis"
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "noctis"


def find_installation(checkout: str | None, data_dir: str | None) -> Installation:
    """Return the installation whose launcher runs; `checkout` is None for an installed package."""
    root = Path(checkout) if checkout else Path(__file__).resolve().parents[2]
    data = Path(data_dir).expanduser().resolve() if data_dir else None
    return Installation(
        root=root,
        is_checkout=checkout is not None,
        data_dir=data or default_data_dir(root if checkout else None),
    )
