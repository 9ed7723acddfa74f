"""Runs the stages of `noctis test`, and says at the end what passed and how long it took."""

import argparse
import contextlib
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

from noctisview.launcher import frontend, packages
from noctisview.launcher.console import LauncherError, say
from noctisview.launcher.installation import Installation
from noctisview.launcher.process import show
from noctisview.launcher.testing.postgresql import temporary_cluster
from noctisview.launcher.testing.stages import STAGE_TIMEOUT_S, STAGES, Command, Context, Stage
from noctisview.launcher.testing.system_packages import provide


@dataclass(frozen=True)
class Counts:
    """How many tests of a stage ended how."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass(frozen=True)
class Result:
    """The outcome of a stage."""

    stage: str
    ok: bool
    seconds: float
    counts: Counts | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `test`."""
    names = ", ".join(stage.name for stage in STAGES)
    parser.add_argument("--only", metavar="STAGES", help=f"some of: {names} (commas between)")


def chosen_stages(only: str | None) -> list[Stage]:
    """Return the stages of `--only`, in their usual order; all when it was not given.

    Raises
    ------
    LauncherError
        If a name is not a stage's.
    """
    if not only:
        return list(STAGES)
    names = {name.strip() for name in only.split(",") if name.strip()}
    unknown = names - {stage.name for stage in STAGES}
    if unknown:
        known = ", ".join(stage.name for stage in STAGES)
        raise LauncherError(f"no such stage: {', '.join(sorted(unknown))}", f"There are: {known}")
    return [stage for stage in STAGES if stage.name in names]


def run(checkout: str | None, arguments: argparse.Namespace) -> int:
    """Set up and run the chosen stages, all of them even after one failed.

    Returns
    -------
    int
        0 when everything passed, else 1.
    """
    if checkout is None:
        raise LauncherError("the tests are in a checkout", "Clone it and run ./noctis test there")
    stages = chosen_stages(arguments.only)
    root = Path(checkout)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="noctis-test-") as folder:
        installation = Installation(root, is_checkout=True, data_dir=Path(folder) / "data")
        context = _set_up(installation, Path(folder), stages)
        set_up = Result("set-up", ok=True, seconds=time.monotonic() - began)
        results = [set_up, *(_run_stage(stage, context) for stage in stages)]
    say(table(results, time.monotonic() - began))
    return 0 if all(result.ok for result in results) else 1


def _set_up(installation: Installation, work: Path, stages: Sequence[Stage]) -> Context:
    packages.check_can_make_environment(installation)
    log = work / "setup.log"
    provide(sorted({program for stage in stages for program in stage.programs}), log)
    # The start needs this lock too; the development lock holds the same versions.
    packages.install(installation, packages.RUNTIME_LOCK, "Python packages")
    packages.install(installation, packages.DEVELOPMENT_LOCK, "Python packages for development")
    node = None
    if any(stage.needs_node for stage in stages):
        node = frontend.find_node(installation)
        frontend.install_packages(installation.frontend, node, log)
    if any(stage.needs_bundle for stage in stages):
        frontend.build(installation)
    environment = installation.environment()
    # Coverage and data of the tests, not of whoever runs them.
    for name in ("NOCTIS_DATABASE_URL", "NOCTIS_REDIS_URL", "NOCTIS_SECRET_KEY"):
        environment.pop(name, None)
    return Context(installation, work, node, environment)


def _run_stage(stage: Stage, context: Context) -> Result:
    """Run every command of a stage; a problem of the launcher's own fails that stage alone."""
    began = time.monotonic()
    say(f"\n=== {stage.name} ===")
    try:
        with contextlib.ExitStack() as stack:
            if stage.needs_postgresql:
                url = os.environ.get("NOCTIS_TEST_DATABASE_URL") or stack.enter_context(
                    temporary_cluster()
                )
                context = replace(context, database_url=url)
            codes = [_run_command(command) for command in stage.commands(context)]
    except LauncherError as error:
        say(f"{stage.name}: {error}")
        codes = [1]
    seconds = time.monotonic() - began
    counts = read_counts(context.work / f"{stage.name}.xml")
    return Result(stage.name, not any(codes), seconds, counts)


def _run_command(command: Command) -> int:
    say(f"$ {' '.join(command.argv)}")
    code = show(command.argv, cwd=command.cwd, env=command.environment, timeout_s=STAGE_TIMEOUT_S)
    if code != 0:
        say(f"^ exit code {code}" + (" (it took too long)" if code == 124 else ""))
    return code


def read_counts(junit: Path) -> Counts | None:
    """Return the counts of a JUnit file, or None when the stage wrote none."""
    if not junit.exists():
        return None
    total = Counts()
    for suite in ElementTree.parse(junit).getroot().iter("testsuite"):  # noqa: S314 - our own file
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Counts(tests - failed - skipped, failed, skipped)
    return total


def table(results: Sequence[Result], seconds: float) -> str:
    """Return the closing table, and under it the sum of all tests."""
    lines = ["", f"{'stage':12} {'result':8} {'seconds':>8}  tests"]
    for result in results:
        word = "ok" if result.ok else "FAILED"
        lines.append(
            f"{result.stage:12} {word:8} {result.seconds:8.1f}  {result.counts or ''}".rstrip()
        )
    word = "ok" if all(result.ok for result in results) else "FAILED"
    lines.append(f"{'all':12} {word:8} {seconds:8.1f}")
    total = sum((result.counts for result in results if result.counts), start=Counts())
    if total != Counts():
        lines += ["", f"total: {total}"]
    return "\n".join(lines)
