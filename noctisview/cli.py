"""The command `noctis`: start, test, demo, doctor, manage, admin-password, lock.

Runs before anything is installed, so it imports the standard library and `noctisview.launcher`
alone; verbs that need Django run in the product's own interpreter.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from noctisview.launcher import lockfiles, start
from noctisview.launcher.console import LauncherError, problems_in_one_line
from noctisview.launcher.installation import find_installation
from noctisview.launcher.testing import runner

_OWN = (
    ("start", start, "install what is missing and run everything"),
    ("test", runner, "run every check and test (in a checkout)"),
    ("lock", lockfiles, "renew the lock files from pyproject.toml (in a checkout)"),
)
# Verb -> (words after the interpreter, help); what follows the verb is passed on as it is.
_PASSED_ON = {
    "demo": (["-m", "noctisview", "demo"], "load demo studies, or a folder with --from DIR"),
    "doctor": (["-m", "django", "doctor"], "check this installation (--json for programs)"),
    "manage": (["-m", "django"], "any of Django's commands, for example: manage migrate"),
    "admin-password": (
        ["-m", "noctisview", "admin-password"],
        "give an administrator a new password, shown once",
    ),
}


def main(argv: Sequence[str] | None = None, *, checkout: str | None = None) -> int:
    """Run a verb and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the program's name; the process's own by default.
    checkout : str, optional
        Folder of the checkout whose launcher runs; None for an installed package.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    with problems_in_one_line():
        if words and words[0] in _PASSED_ON:
            return _pass_on(checkout, words[0], words[1:])
        arguments = _parser().parse_args(words)
        return int(arguments.run(checkout, arguments))
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="noctis", description="NOCTIS, a self-hosted PACS.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for verb, module, text in _OWN:
        own = verbs.add_parser(verb, help=text, description=text)
        module.add_arguments(own)
        own.set_defaults(run=module.run)
    for verb, (_, text) in _PASSED_ON.items():
        verbs.add_parser(verb, help=text)
    return parser


def _pass_on(checkout: str | None, verb: str, rest: list[str]) -> int:
    """Become the product's interpreter running `verb`; ``--data DIR`` is ours, the rest is its."""
    data = None
    if "--data" in rest[:-1]:
        at = rest.index("--data")
        data = rest[at + 1]
        del rest[at : at + 2]
    installation = find_installation(checkout, data)
    if not installation.python.exists():
        raise LauncherError("nothing is installed yet", "Run ./noctis start first")
    words = [str(installation.python), *_PASSED_ON[verb][0], *rest]
    os.execve(words[0], words, installation.environment())  # noqa: S606 - no shell is wanted
