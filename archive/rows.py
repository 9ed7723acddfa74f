"""Rows written without composing their statement anew: building one costs more than running it."""

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def insert_row(row: Model) -> None:
    """Insert a new model instance, all its columns, and set its key.

    No signals are sent and nothing is validated: for rows that the archive made itself.

    Raises
    ------
    IntegrityError
        When a constraint is against it.
    """
    statement, fields = _statement(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding = False
    row._state.db = connection.alias


@cache
def _statement(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    options = model._meta
    fields = [field for field in options.local_concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table, key = quote(options.db_table), quote(str(options.pk.column))
    # Names of our own models alone, quoted by the database's rules.
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING {key}"  # noqa: S608
    return sql, fields
