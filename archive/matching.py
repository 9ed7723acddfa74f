"""Attribute matching as conditions on the index: PS3.4 C.2.2.2, bounded and without regexes.

Each function turns one value of a request into a `Q`; None stands for universal matching.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup, Q, TextField
from django.db.models.sql.compiler import SQLCompiler

from archive.attributes import Attribute, Kind
from archive.errors import ArchiveError
from dicomkit.names import search_key

MAX_VALUE_LENGTH: Final = 1024
MAX_UID_LIST_LENGTH: Final = 65_536
MAX_UIDS: Final = 1000
MAX_WILDCARDS: Final = 16
_LAST = chr(0x10FFFF)
_DATE = re.compile(r"\d{8}\Z")
_TIME = re.compile(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?\Z")


class QueryError(ArchiveError):
    """The request cannot be matched as it stands; the message names the attribute and the mend."""


class Wildcard(Lookup):
    """``column wildcard pattern``: ``*`` any run, ``?`` one character, case kept.

    Both databases match such patterns without backtracking over more than the last ``*``, and
    use an index for a leading literal.
    """

    lookup_name = "wildcard"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return GLOB on SQLite and LIKE elsewhere, with the pattern escaped for it."""
        column, parameters = self.process_lhs(compiler, connection)
        pattern = str(self.rhs)
        if connection.vendor == "sqlite":
            return f"{column} GLOB %s", (*parameters, pattern.replace("[", "[[]"))
        escaped = re.sub(r"([\\%_])", r"\\\1", pattern).translate({42: "%", 63: "_"})
        return f"{column} LIKE %s", (*parameters, escaped)


CharField.register_lookup(Wildcard)
TextField.register_lookup(Wildcard)


def has_wildcard(value: str) -> bool:
    """Say whether `value` holds ``*`` or ``?``."""
    return "*" in value or "?" in value


def condition(attribute: Attribute, prefix: str, value: str, *, fuzzy: bool = False) -> Q | None:
    """Return the condition for one attribute, None when everything matches.

    Raises
    ------
    QueryError
        The value is too long, has too many wildcards or is no date, time or number.
    """
    limit = MAX_UID_LIST_LENGTH if attribute.kind is Kind.UID else MAX_VALUE_LENGTH
    if len(value) > limit:
        raise QueryError(f"{attribute.keyword}: the value is longer than {limit} characters")
    value = value.strip(" \0")
    if not value or set(value) == {"*"}:
        return None
    if fuzzy and attribute.kind is Kind.NAME:
        return _fuzzy_name(attribute, prefix, value)
    return _MATCHERS[attribute.kind](attribute, prefix, value)


def _pattern(attribute: Attribute, value: str) -> str:
    pattern = re.sub(r"\*{2,}", "*", value)
    if pattern.count("*") + pattern.count("?") > MAX_WILDCARDS:
        raise QueryError(f"{attribute.keyword}: more than {MAX_WILDCARDS} wildcards")
    return pattern


def _text(column: str, value: str) -> Q:
    """Match one literal or pattern; a mere prefix becomes a range of the index."""
    if not has_wildcard(value):
        return Q(**{column: value})
    start = value[:-1]
    if value.endswith("*") and not has_wildcard(start):
        return Q(**{f"{column}__gte": start, f"{column}__lt": start + _LAST})
    return Q(**{f"{column}__wildcard": value})


def _any(conditions: Sequence[Q]) -> Q:
    result = conditions[0]
    for other in conditions[1:]:
        result |= other
    return result


def _uid(attribute: Attribute, prefix: str, value: str) -> Q:
    uids = [uid.strip(" \0") for uid in value.split("\\") if uid.strip(" \0")]
    if len(uids) > MAX_UIDS:
        raise QueryError(f"{attribute.keyword}: more than {MAX_UIDS} UIDs in one request")
    return Q(**{f"{prefix}{attribute.column}__in": uids})


def _code(attribute: Attribute, prefix: str, value: str) -> Q:
    values = [_pattern(attribute, part.strip()) for part in value.split("\\") if part.strip()]
    return _any([_text(prefix + attribute.column, part) for part in values])


def _key(value: str) -> str:
    """Return the search key of a pattern, its wildcards kept."""
    marked = re.split(r"([*?])", value)
    keyed = [part if part in ("*", "?") else _loose_key(part) for part in marked]
    return "".join(keyed)


def _loose_key(part: str) -> str:
    """Return the search key of a piece of a pattern; space at its ends is part of it."""
    key = search_key(part)
    if not key:
        return " " if part and part.isspace() else ""
    return f"{' ' * part.startswith(' ')}{key}{' ' * part.endswith(' ')}"


def _loose(attribute: Attribute, prefix: str, value: str) -> Q:
    pattern = _pattern(attribute, _key(value))
    return _any([_text(prefix + key, pattern) for key in attribute.keys])


def _name(attribute: Attribute, prefix: str, value: str) -> Q:
    """Match a person name: a single group against any group, several each against its own."""
    groups = [group.rstrip("^ ") for group in value.split("=")[:3]]
    if not any(groups):  # delimiters alone: as empty as nothing
        return Q()
    if len(groups) == 1 or len(attribute.keys) == 1:
        return _loose(attribute, prefix, groups[0])
    result = Q()
    for key, group in zip(attribute.keys, groups, strict=False):
        if group and group != "*":
            result &= _text(prefix + key, _pattern(attribute, _key(group)))
    return result


def _fuzzy_name(attribute: Attribute, prefix: str, value: str) -> Q:
    """Every word of the request begins a word of some component, in whatever order."""
    words = search_key(re.sub(r"[*?^=,]", " ", value)).split()[:8]
    result = Q()
    for word in words:
        starts = [
            pattern
            for key in attribute.keys
            for pattern in (
                _text(prefix + key, f"{word}*"),
                _text(prefix + key, f"*^{word}*"),
                _text(prefix + key, f"* {word}*"),
            )
        ]
        result &= _any(starts)
    return result


def bounds(value: str) -> tuple[str, str]:
    """Split a range into its ends; a single value is both. An open end is empty text."""
    low, dash, high = value.partition("-")
    low, high = low.strip(), high.strip()
    return (low, high) if dash else (low, low)


def _checked(attribute: Attribute, text: str, form: re.Pattern[str], example: str) -> str:
    # ACR-NEMA wrote 2026.11.23 and 10:15:00; PS3.5 6.2 lets readers accept both.
    plain = text.replace(":", "") if form is _TIME else text.replace(".", "")
    if plain and not form.match(plain):
        raise QueryError(f"{attribute.keyword}: write {example} or a range of two such values")
    return plain


def _range(column: str, low: str, high: str) -> Q:
    result = Q()
    if low:
        result &= Q(**{f"{column}__gte": low})
    if high:
        # A value is a prefix of all moments in it: 1015 ends with 101559.999999.
        result &= Q(**{f"{column}__lt": high + _LAST})
    return result & ~Q(**{column: ""}) if not low else result


def _date(attribute: Attribute, prefix: str, value: str) -> Q:
    low, high = (_checked(attribute, end, _DATE, "YYYYMMDD") for end in bounds(value))
    return _range(prefix + attribute.column, low, high)


def _time(attribute: Attribute, prefix: str, value: str) -> Q:
    low, high = (_checked(attribute, end, _TIME, "HHMMSS") for end in bounds(value))
    return _range(prefix + attribute.column, _shortest(low), high)


def _shortest(time: str) -> str:
    """Return the shortest way to write a moment: the index has times as they were sent.

    As text 10 comes before 1000 and 101500, which are the same moment.
    """
    time = time.rstrip("0").rstrip(".") if "." in time else time
    while len(time) > 2 and time.endswith("00"):
        time = time[:-2]
    return time


def combined(date: Attribute, time: Attribute, prefix: str, dates: str, times: str) -> Q:
    """Match a date range and a time range as one range of moments (PS3.4 C.2.2.2.5)."""
    day_low, day_high = (_checked(date, end, _DATE, "YYYYMMDD") for end in bounds(dates))
    time_low, time_high = (_checked(time, end, _TIME, "HHMMSS") for end in bounds(times))
    day, moment = prefix + date.column, prefix + time.column
    result = ~Q(**{day: ""})
    if day_low:
        after = _range(moment, _shortest(time_low), "") if time_low else Q()
        result &= Q(**{f"{day}__gt": day_low}) | (Q(**{day: day_low}) & after)
    if day_high:
        before = _range(moment, "", time_high) if time_high else Q()
        result &= Q(**{f"{day}__lt": day_high}) | (Q(**{day: day_high}) & before)
    return result


def _number(attribute: Attribute, prefix: str, value: str) -> Q:
    try:
        number = int(value)
    except ValueError:
        raise QueryError(f"{attribute.keyword}: write a whole number") from None
    if abs(number) >= 1 << 62:
        return Q(pk__in=[])
    return Q(**{prefix + attribute.column: number})


def _members(attribute: Attribute, prefix: str, value: str) -> Q:
    column = prefix + attribute.column
    parts = [_pattern(attribute, part.strip()) for part in value.split("\\") if part.strip()]
    if len(parts) > MAX_UIDS:
        raise QueryError(f"{attribute.keyword}: more than {MAX_UIDS} values in one request")
    return _any([Q(**{f"{column}__wildcard": f"*\\{part}\\*"}) for part in parts])


_MATCHERS: Final[dict[Kind, Callable[[Attribute, str, str], Q]]] = {
    Kind.UID: _uid,
    Kind.CODE: _code,
    Kind.TEXT: _loose,
    Kind.NAME: _name,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.NUMBER: _number,
    Kind.MEMBERS: _members,
}


def literal_matches(pattern: str, value: str) -> bool:
    """Say whether `value` fits a pattern of ``*`` and ``?``, in time linear in both but for ``*``.

    Used for the few attributes that lie in a JSON column.
    """
    row, column, star, mark = 0, 0, -1, 0
    while column < len(value):
        if row < len(pattern) and pattern[row] in ("?", value[column]) and pattern[row] != "*":
            row, column = row + 1, column + 1
        elif row < len(pattern) and pattern[row] == "*":
            star, mark, row = row, column, row + 1
        elif star >= 0:
            row, mark = star + 1, mark + 1
            column = mark
        else:
            return False
    return set(pattern[row:]) <= {"*"}
