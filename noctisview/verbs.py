"""The verbs of the launcher that need Django: `python -m noctisview VERB`.

The last line on standard output is the answer as JSON when ``--json`` is given (always for
``prepare``), so that the launcher can show a password without writing it anywhere.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "noctisview.settings")
django.setup()

from noctisview import accounts, demo  # noqa: E402 - models need the settings above
from noctisview.launcher.console import Step, problems_in_one_line, say  # noqa: E402
from operations.folder import FileReport  # noqa: E402

_PAUSE_S = 2.0
DEMO_MODALITIES = ("CR", "CT", "DX", "MG", "MR", "PT", "US")


def _prepare(arguments: argparse.Namespace) -> dict[str, Any]:
    return accounts.prepare()


def _demo(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.source is not None:
        return _import(arguments)
    chosen = arguments.only or ()
    if arguments.json:
        return demo.generate(_now_and_then(lambda line: say(line, sys.stderr)), chosen)
    with Step("Demo studies", sys.stderr) as step:
        return demo.generate(step.note, chosen)


def _now_and_then(note: Callable[[str], None]) -> Callable[[str], None]:
    """Return a function that passes on a line every few seconds: a log needs no more."""
    said_at = float("-inf")

    def passed_on(line: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= _PAUSE_S:
            said_at = time.monotonic()
            note(line)

    return passed_on


def _import(arguments: argparse.Namespace) -> dict[str, Any]:
    """Import a folder; what did not simply go in is said as it is met."""
    problems = []

    def said(report: FileReport) -> None:
        if report.is_worth_a_line:
            problems.append(demo.line_of(report))
            if not arguments.json:
                say(problems[-1])

    return {**demo.bring_in(arguments.source, said, arguments.facility), "problems": problems}


def _admin_password(arguments: argparse.Namespace) -> dict[str, Any]:
    return {"passwords": accounts.reset_administrator(arguments.username)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="noctis")
    verbs = parser.add_subparsers(dest="verb", required=True)
    _add(verbs, "prepare", _prepare, "migrate, and create the administrator")
    loader = _add(verbs, "demo", _demo, "load demo studies")
    loader.add_argument("--from", dest="source", type=Path, metavar="DIR", help="import a folder")
    loader.add_argument("--facility", metavar="NAME", help="whose studies an imported folder holds")
    loader.add_argument(
        "--only",
        nargs="+",
        choices=DEMO_MODALITIES,
        metavar="MODALITY",
        help=f"generate only these: {', '.join(DEMO_MODALITIES)}",
    )
    reset = _add(verbs, "admin-password", _admin_password, "give an administrator a new password")
    reset.add_argument("username", nargs="?", default="admin")
    return parser


def _add(
    verbs: Any, name: str, run: Callable[[argparse.Namespace], dict[str, Any]], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text)
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


def main() -> int:
    """Run a verb; a mistake of the caller's is one line and exit code 1."""
    arguments = _parser().parse_args()
    try:
        with problems_in_one_line():
            answer = arguments.run(arguments)
    except accounts.OperatorError as error:
        sys.stderr.write(f"noctis: {error}\n")
        return 1
    if arguments.json or arguments.verb == "prepare":
        sys.stdout.write(json.dumps(answer) + "\n")
        return 0
    for line in answer.get("lines", []):
        sys.stdout.write(f"{line}\n")
    for name, password in answer.get("passwords", {}).items():
        sys.stdout.write(f"{name}  {password}\n")
    if answer.get("passwords"):
        sys.stdout.write("Shown this once; each is changed at its first sign-in.\n")
    return 0
