"""The hash that chains a signed version to the one before it."""

import hashlib
from datetime import datetime
from typing import Any

import orjson

from reports.models import ReportVersion

_FIELDS = (
    "report_id",
    "number",
    "kind",
    "status",
    "content",
    "reason",
    "discrepancy",
    "overruled",
    "signed_by_id",
    "signed_name",
    "signed_at",
    "previous_hash",
)


def version_hash(version: ReportVersion) -> str:
    """Return the SHA-256 of a version's canonical JSON (RFC 8785 but for numbers), in hex."""
    facts = {name: _plain(getattr(version, name)) for name in _FIELDS}
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def broken_version(versions: list[ReportVersion]) -> ReportVersion | None:
    """Return the first of a report's versions, in order, that is not what was signed."""
    previous = ""
    for number, version in enumerate(versions, start=1):
        is_next = version.number == number and version.previous_hash == previous
        if not is_next or version.version_hash != version_hash(version):
            return version
        previous = version.version_hash
    return None
