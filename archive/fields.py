"""Column types of the index."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class ByteOrderField(models.CharField):
    """Text that compares and sorts by its bytes, on every database.

    SQLite does so anyway. PostgreSQL would follow the language of the cluster, in which
    ``12.5`` may sort after ``1300`` and a prefix is no range of the index; UIDs, dates, times
    and search keys are codes, so they get the "C" collation there.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Return the column's parameters, with byte order on PostgreSQL."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
