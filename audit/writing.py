"""The one place that adds rows to the audit log."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from audit import codes
from audit.actors import Actor

# One prepared statement instead of the model layer: a row comes with every stored instance.
_INSERT = (
    "INSERT INTO audit_auditevent (occurred_at, event_code, type_code, action, outcome, user_id,"
    " user_name, role, facility_id, address, study_instance_uid, patient_id, detail)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def add(
    event_code: str,
    action: str,
    actor: Actor,
    *,
    type_code: str = "",
    outcome: int = codes.SUCCESS,
    study_instance_uid: str = "",
    patient_id: str = "",
    facility_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a row, in the caller's transaction if there is one.

    ``facility_id`` is the facility of what was acted on; without it, the actor's own.
    """
    row = (
        connection.ops.adapt_datetimefield_value(timezone.now()),
        event_code,
        type_code,
        action,
        outcome,
        actor.user_id,
        _clean(actor.user_name, 150),
        _clean(actor.role, 16),
        actor.facility_id if facility_id is None else facility_id,
        _clean(actor.address, 64),
        _clean(study_instance_uid, 64),
        _clean(patient_id, 64),
        orjson.dumps(_plain(detail or {})).decode(),
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)


def _clean(text: str, length: int) -> str:
    return _printable(text)[:length]


def _printable(text: str) -> str:
    """Return `text` with a space for every control character, lone surrogate and the like."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)


def _plain(value: Any) -> Any:
    """Return `value` with its texts printable: NUL is no character of PostgreSQL's json."""
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, Mapping):
        return {_printable(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
