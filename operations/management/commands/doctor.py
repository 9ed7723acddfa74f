"""Check this installation and say, line by line, what is wrong and how to mend it."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from operations.doctor import examine, is_healthy
from operations.findings import Finding, Level


class Command(BaseCommand):
    """Prints a line for each check; ends with 1 when one failed."""

    help = "Check this installation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare ``--json``."""
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine, print, and set the exit code."""
        findings = examine()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=1))
        else:
            for finding in findings:
                self.stdout.write(self._line(finding))
        if not is_healthy(findings):
            raise SystemExit(1)

    def _line(self, finding: Finding) -> str:
        styles = {
            Level.OK: self.style.SUCCESS,
            Level.WARN: self.style.WARNING,
            Level.FAIL: self.style.ERROR,
        }
        level = styles[finding.level](f"{finding.level.value:4}")
        mend = f"  -> {finding.mend}" if finding.mend else ""
        return f"{level}  {finding.check:14} {finding.message}{mend}"
