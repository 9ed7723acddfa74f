"""The chain over the audit log: what was edited, deleted or cut off afterwards shows.

Rows are added by many writers at once; once a minute those that are settled get a seal, which is
a keyed hash over them and the seal before. The key is the installation's secret, so that write
access to the database alone cannot make a fitting chain. The last seal is also written to a file
outside of the database, so that cutting off the end of the chain shows as well.

References: RFC 2104 (HMAC), house.md (audit: append-only, hash-chained).
"""

import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.encoding import force_bytes

from audit.models import AuditEvent, AuditSeal

_GENESIS: Final = bytes(32)
_MAX_ROWS: Final = 10_000
_CHUNK: Final = 1000
_WAIT_S: Final = 20.0
_PURPOSE: Final = b"noctis audit seal\0"


@dataclass(slots=True)
class Verification:
    """What the verifier found.

    Attributes
    ----------
    seals, events : int
        Links checked, and rows under them.
    unsealed : int
        Rows that have no seal yet.
    faults : list of str
        Sentences; empty when the log is as it was written.
    """

    seals: int = 0
    events: int = 0
    unsealed: int = 0
    faults: list[str] = field(default_factory=list)


def seal_settled_events() -> int:
    """Seal the rows that no writer can change any more; return how many."""
    limit = _settled_key()
    sealed = 0
    while count := _seal_next(limit):
        sealed += count
    return sealed


def _seal_next(limit: int) -> int:
    """Add one link for up to 10,000 rows; return how many it covers."""
    with transaction.atomic():
        last = AuditSeal.objects.select_for_update().order_by("-id").first()
        after = last.last_event_id if last else 0
        rows = AuditEvent.objects.filter(id__gt=after, id__lte=limit).order_by("id")
        events = list(rows[:_MAX_ROWS])
        if not events:
            return 0
        previous = bytes(last.seal_hash) if last else _GENESIS
        seal = AuditSeal.objects.create(
            previous_hash=previous,
            first_event_id=events[0].pk,
            last_event_id=events[-1].pk,
            event_count=len(events),
            seal_hash=_digest(_key(settings.SECRET_KEY), previous, events),
        )
    _anchor(seal)
    return len(events)


def _settled_key() -> int:
    """Return the greatest key below which no row can still appear.

    SQLite has one writer at a time. PostgreSQL hands out keys before COMMIT: wait until every
    transaction that was writing when the greatest key was read has ended.
    """
    newest = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if connection.vendor != "postgresql" or not newest:
        return newest
    end = time.monotonic() + _WAIT_S
    horizon = _transaction_number("pg_snapshot_xmax")
    while _transaction_number("pg_snapshot_xmin") < horizon:
        if time.monotonic() > end:
            return 0
        time.sleep(0.05)
    return newest


def _transaction_number(function: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def verify_chain() -> Verification:
    """Check every seal against its rows, the links to each other, and the end of the chain."""
    found = Verification()
    keys = [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    previous, after = _GENESIS, 0
    for seal in AuditSeal.objects.order_by("id").iterator(_CHUNK):
        _verify_seal(seal, previous, after, keys, found)
        previous, after = bytes(seal.seal_hash), seal.last_event_id
        found.seals += 1
        found.events += seal.event_count
    found.unsealed = AuditEvent.objects.filter(id__gt=after).count()
    _verify_end(found)
    return found


def _verify_seal(
    seal: AuditSeal, previous: bytes, after: int, keys: list[bytes], found: Verification
) -> None:
    covered = f"rows {seal.first_event_id} to {seal.last_event_id}"
    if bytes(seal.previous_hash) != previous:
        found.faults.append(f"The seal before {covered} is missing or was changed.")
    events = list(
        AuditEvent.objects.filter(id__gt=after, id__lte=seal.last_event_id).order_by("id")
    )
    if len(events) != seal.event_count:
        found.faults.append(f"Of {covered}, {seal.event_count} were sealed, {len(events)} exist.")
    digests = (_digest(key, bytes(seal.previous_hash), events) for key in keys)
    if not any(hmac.compare_digest(digest, bytes(seal.seal_hash)) for digest in digests):
        found.faults.append(f"The content of {covered} is not what was sealed.")


def _verify_end(found: Verification) -> None:
    """Check that the last seal the file knows is still in the chain."""
    line = _last_anchor()
    if line is None:
        return
    seal = AuditSeal.objects.filter(last_event_id=line["last_event_id"]).first()
    if seal is None or bytes(seal.seal_hash).hex() != line["seal"]:
        found.faults.append(
            f"The end of the chain is missing: row {line['last_event_id']} had been sealed."
        )


def _key(secret: str | bytes) -> bytes:
    return hashlib.sha256(_PURPOSE + force_bytes(secret)).digest()


def _digest(key: bytes, previous: bytes, events: Iterable[AuditEvent]) -> bytes:
    code = hmac.new(key, previous, hashlib.sha256)
    for event in events:
        line = _canonical(event)
        code.update(len(line).to_bytes(4, "big") + line)
    return code.digest()


def _canonical(event: AuditEvent) -> bytes:
    """Return a row in one form that both databases give back alike."""
    values = [
        event.pk,
        event.occurred_at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.event_code,
        event.type_code,
        event.action,
        event.outcome,
        event.user_id,
        event.user_name,
        event.role,
        event.facility_id,
        event.address,
        event.study_instance_uid,
        event.patient_id,
        event.detail,
    ]
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def _anchor_path() -> Path:
    return Path(settings.DATA_DIR) / "audit-seals.jsonl"


def _anchor(seal: AuditSeal) -> None:
    """Append the seal to the file outside of the database."""
    line = json.dumps({"last_event_id": seal.last_event_id, "seal": bytes(seal.seal_hash).hex()})
    descriptor = os.open(_anchor_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(f"{line}\n")
        stream.flush()
        os.fsync(stream.fileno())


def _last_anchor() -> dict[str, Any] | None:
    """Return the last whole line of that file."""
    lines = list(_anchor_lines())
    return lines[-1] if lines else None


def _anchor_lines() -> Iterator[dict[str, Any]]:
    path = _anchor_path()
    if not path.is_file():
        return
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4096))
        for line in stream.read().splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue  # cut by the window, or by a crash
