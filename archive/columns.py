"""Values of the index: cleaned of what no list can show, cut to their column, dates checked."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

# Controls (C0, DEL, C1), what turns the direction of the text around it, and lone surrogates.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
# PS3.5 6.2 DA, with the dots of ACR-NEMA 300 that some devices still write.
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})", re.ASCII)
# PS3.5 6.2 TM, with the colons of ACR-NEMA 300.
_TIME = re.compile(r"([01]\d|2[0-3])(?::?([0-5]\d)(?::?([0-5]\d|60)(\.\d{1,6})?)?)?", re.ASCII)


def clean(text: str | None, limit: int) -> str:
    """Return `text` without control characters, in at most `limit` characters."""
    if not text:
        return ""
    if not text.isprintable():
        text = _UNWANTED.sub(" ", text).strip()
    return text[:limit]


@lru_cache(maxsize=4096)
def valid_date(text: str | None) -> str:
    """Return a DA value as ``YYYYMMDD``, blank when it is no date.

    References: PS3.5 6.2 (DA).
    """
    match = _DATE.fullmatch(text or "")
    if match is None:
        return ""
    year, month, day = match.groups()
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return ""
    return year + month + day


def valid_time(text: str | None) -> str:
    """Return a TM value without colons, blank when it is no time.

    References: PS3.5 6.2 (TM).
    """
    match = _TIME.fullmatch(text or "")
    return "".join(part or "" for part in match.groups()) if match else ""


def bounded(number: int | None, maximum: int) -> int | None:
    """Return `number` when it lies in 0..`maximum`."""
    return number if number is not None and 0 <= number <= maximum else None


def members(column: str) -> list[str]:
    r"""Return the values of a column such as ``\CT\PT\``."""
    return [value for value in column.split("\\") if value]


def joined(values: Iterable[str], limit: int) -> str:
    r"""Return sorted distinct values in the form ``\CT\PT\``; those that don't fit are left out."""
    column = "\\"
    for value in sorted({value for value in values if value}):
        if len(column) + len(value) + 1 > limit:
            break
        column += f"{value}\\"
    return column if len(column) > 1 else ""


def with_member(column: str, value: str, limit: int) -> str:
    """Return `column` with `value` among its values."""
    if not value or f"\\{value}\\" in column:
        return column
    return joined([*members(column), value], limit)
