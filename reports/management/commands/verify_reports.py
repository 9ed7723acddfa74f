"""Check that every signed report is what was signed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.writing.verification import verify_chains


class Command(BaseCommand):
    """Walk the chain of versions of every report."""

    help = "Check that every version of every report is what was signed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many chains were checked; fail when one is broken."""
        outcome = verify_chains()
        for report_id, number in outcome.broken:
            self.stderr.write(f"report {report_id}: version {number} is not what was signed")
        if outcome.broken:
            raise CommandError(f"{len(outcome.broken)} of {outcome.reports} chains are broken")
        self.stdout.write(f"{outcome.reports} reports, {outcome.versions} versions: all whole")
