"""Tables as CSV, in which no program finds a formula."""

import csv
import io
from collections.abc import Iterable

from reports.dashboard.tables import Table

# What spreadsheets take for the beginning of a formula, also behind a quote or in full width.
_FORMULA_SIGNS = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")


def inert(value: str | int | float | None) -> str | int | float:
    """Return a value that a spreadsheet shows and never computes; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ")[:1] in _FORMULA_SIGNS else value
    return value


def as_csv(tables: Iterable[Table]) -> bytes:
    """Return tables below each other, with a byte order mark by which Excel knows UTF-8.

    Durations are in seconds, rates in per cent.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        writer.writerow([inert(heading) for heading in table.columns])
        writer.writerows([inert(cell.value) for cell in row.cells] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
