"""`noctis doctor`: every check of the installation, in the order in which one would mend it."""

from collections.abc import Callable, Sequence

from operations import health, installation, mail, printing, storage, surroundings
from operations.findings import Finding, Level, fail

CHECKS: tuple[Callable[[], Finding], ...] = (
    *installation.CHECKS,
    *health.READINESS,
    *storage.CHECKS,
    *printing.CHECKS,
    *surroundings.CHECKS,
    *mail.CHECKS,
)


def examine(checks: Sequence[Callable[[], Finding]] = CHECKS) -> list[Finding]:
    """Run every check; one that breaks is itself a finding and stops no other."""
    return [_run(check) for check in checks]


def _run(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        return fail(name, f"the check broke: {error!r}", "Report this")


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Return whether nothing failed; warnings do not count."""
    return all(finding.level is not Level.FAIL for finding in findings)
