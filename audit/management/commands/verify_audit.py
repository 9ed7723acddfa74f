"""``verify_audit``: say whether the audit log is as it was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.sealing import seal_settled_events, verify_chain


class Command(BaseCommand):
    """Verify the chain of seals over the audit log."""

    help = "Checks the audit log for rows that were edited, deleted or cut off."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal what is settled, then verify; the exit status is 1 when something is wrong."""
        before = verify_chain()
        if not before.faults:
            seal_settled_events()
        found = verify_chain()
        self.stdout.write(
            f"{found.seals} seals over {found.events} rows; {found.unsealed} rows not sealed yet"
        )
        for fault in found.faults:
            self.stderr.write(fault)
        if found.faults:
            raise CommandError("The audit log was tampered with, or the secret key has changed.")
        self.stdout.write("The audit log is as it was written.")
