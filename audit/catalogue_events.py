"""Audit events of report templates and macros."""

from audit import codes
from audit.actors import Actor
from audit.writing import add

_ACTION = {"created": codes.CREATE, "deleted": codes.DELETE}


def record_template_changed(
    *, actor: Actor, key: str, change: str, facility_id: int | None = None
) -> None:
    """Record that a report template was ``created``, ``changed`` or ``deleted``."""
    _record(actor, "template", key, change, facility_id)


def record_macro_changed(*, actor: Actor, trigger: str, change: str, is_shared: bool) -> None:
    """Record that a macro was ``created``, ``changed`` or ``deleted``; its text is not kept."""
    _record(actor, "shared macro" if is_shared else "macro", trigger, change, None)


def _record(actor: Actor, kind: str, subject: str, change: str, facility_id: int | None) -> None:
    add(
        codes.SECURITY_ALERT,
        _ACTION.get(change, codes.UPDATE),
        actor,
        type_code=codes.SECURITY_CONFIGURATION,
        facility_id=facility_id,
        detail={"kind": kind, "subject": subject, "change": change},
    )
