"""Orders of readings that the database keeps in an index: literals, so that it knows them again.

A value that is bound as a parameter is not part of an indexed expression to SQLite; therefore the
constants stand in the text of these functions.
"""

from datetime import UTC, datetime
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Func, SmallIntegerField
from django.db.models.sql.compiler import SQLCompiler

from reports.lifecycle import ReportStatus

# When a report is due that is due at no time: after everything else.
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)

# How far a report has come, as a list is sorted by it.
_RANKS: Final = {status: rank for rank, status in enumerate(ReportStatus.values)}


class DueKey(Func):
    """When a report is due, `NEVER` where that is blank: blanks last in every database."""

    template = "COALESCE(%(expressions)s, '9999-12-31 00:00:00+00')"
    arity = 1
    output_field = DateTimeField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the expression with the constant as Django writes times for SQLite."""
        template = "COALESCE(%(expressions)s, '9999-12-31 00:00:00')"
        return self.as_sql(compiler, connection, template=template, **context)


class StatusRank(Func):
    """Where a report stands, from unread to withdrawn, as a number."""

    template = "CASE %(expressions)s {} ELSE 9 END".format(
        " ".join(f"WHEN '{status}' THEN {rank}" for status, rank in _RANKS.items())
    )
    arity = 1
    output_field = SmallIntegerField()


def status_rank(status: str) -> int:
    """Return what `StatusRank` gives for a status."""
    return _RANKS.get(ReportStatus(status), 9)
