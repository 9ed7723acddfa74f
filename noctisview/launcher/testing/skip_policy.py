"""pytest plugin: in CI a skipped test is a failure, because nobody reads the skips there.

The one exception: tests on the real DICOM files (marker `corpus`) where those files are not.
"""

import os
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "data"


class SkipPolicy:
    """Collects the skips of a run and fails the run for those that must not be."""

    def __init__(self, *, has_corpus: bool) -> None:
        self.has_corpus = has_corpus
        self.refused: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note a skipped test; an expected failure (xfail) is none."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        if self.has_corpus or "corpus" not in report.keywords:
            self.refused.append(f"{report.nodeid}: {_reason(report)}")

    def pytest_collectreport(self, report: Any) -> None:
        """Note a whole file that skipped itself."""
        if report.skipped:
            self.refused.append(f"{report.nodeid}: {_reason(report)}")

    def pytest_sessionfinish(self, session: Any) -> None:
        """Fail the run that would have passed."""
        if self.refused and session.exitstatus == 0:
            session.exitstatus = 1

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which skips failed the run."""
        if self.refused:
            terminalreporter.section("skipped tests are failures in CI")
            for line in sorted(set(self.refused)):
                terminalreporter.write_line(line)


def _reason(report: Any) -> str:
    longrepr = report.longrepr
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


def pytest_configure(config: Any) -> None:
    """Register the policy in the process that reports, when this is CI."""
    is_worker = hasattr(config, "workerinput")
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"} and not is_worker:
        config.pluginmanager.register(SkipPolicy(has_corpus=CORPUS.is_dir()))
