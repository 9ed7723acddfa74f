"""``reconcile_archive``: bring files and index back together."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.reconcile import reconcile


class Command(BaseCommand):
    """Reconcile the archive and print what was found."""

    help = (
        "Removes what killed processes left in the spool, finishes deletions, moves objects that "
        "no row points at to the quarantine directory, and names instances whose file is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare ``--full``."""
        parser.add_argument(
            "--full", action="store_true", help="look at everything, not only at what changed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it; the exit status is 1 when files are missing."""
        report = reconcile(full=options["full"])
        if report.is_skipped:
            raise CommandError("Another process is reconciling the archive at this moment.")
        self.stdout.write(
            f"spool files removed: {report.spool_removed}\n"
            f"deletions finished:  {report.tombstones_finished}\n"
            f"unclaimed objects:   {len(report.unclaimed)}\n"
            f"too new to judge:    {report.young}\n"
            f"missing files:       {len(report.missing)}"
        )
        for key in report.unclaimed:
            self.stdout.write(f"unclaimed {key}")
        for uid in report.missing:
            self.stdout.write(f"missing {uid}")
        if report.missing:
            raise CommandError("Instances are missing: restore them from a backup.")
