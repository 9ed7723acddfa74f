"""Moments as numbers, made by the database: reading them as dates would take most of the time."""

from typing import Any

from django.db.models import BigIntegerField, Func


class Epoch(Func):
    """Whole seconds since 1970 of a date and time column, on either database."""

    output_field = BigIntegerField()
    template = "CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s)) AS bigint)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the SQL for SQLite, which keeps moments as text in UTC."""
        template = "CAST(strftime('%%%%s', %(expressions)s) AS integer)"
        return super().as_sql(compiler, connection, template=template, **context)
