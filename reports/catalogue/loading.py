"""Bringing the templates and macros of the product into the database."""

from typing import Any

from django.apps.registry import Apps
from django.db import connections, transaction

from reports.catalogue.shelf import MacroSource, macros, templates
from reports.catalogue.source import Source
from reports.models import Macro, ReportTemplate


def ensure_catalogue(
    template: type[Any] = ReportTemplate, macro: type[Any] = Macro, using: str = "default"
) -> int:
    """Bring our templates and macros to their present edition; return how many rows changed.

    Only rows that are ours (`edition` is not 0) are written: a facility's own, and what somebody
    changed, stay as they are. When nothing changed, this is two queries.

    Parameters
    ----------
    template, macro : model classes
        As a migration knows them, or the present ones.
    using : str
        The database.
    """
    with transaction.atomic(using=using):
        wanted = {one.key: _template_columns(one) for one in templates()}
        changed = _bring(template.objects.using(using), "key", wanted)
        wanted = {one.trigger: _macro_columns(one) for one in macros()}
        everybodys = macro.objects.using(using).filter(owner__isnull=True)
        return changed + _bring(everybodys, "trigger", wanted)


def _template_columns(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "modality": source.modality,
        "body_part": source.body_part,
        "language": source.language,
        "edition": source.edition,
        "content": source.content,
    }


def _macro_columns(source: MacroSource) -> dict[str, Any]:
    return {"text": source.text, "modality": source.modality, "edition": source.edition}


def _bring(rows: Any, name: str, wanted: dict[str, dict[str, Any]]) -> int:
    """Add what is missing and change what is ours and differs; `name` is the column of the key."""
    model, known = rows.model, {getattr(row, name): row for row in rows}
    new = [model(**{name: key}, **row) for key, row in wanted.items() if key not in known]
    rows.bulk_create(new)
    stale = [row for key, row in known.items() if key in wanted and _differs(row, wanted[key])]
    for row in stale:
        for column, value in wanted[getattr(row, name)].items():
            setattr(row, column, value)
    if stale:
        rows.bulk_update(stale, list(next(iter(wanted.values()))))
    return len(new) + len(stale)


def _differs(row: Any, columns: dict[str, Any]) -> bool:
    is_ours = row.edition != 0
    return is_ours and any(getattr(row, column) != value for column, value in columns.items())


def load_after_migrate(
    sender: Any, using: str = "default", apps: Apps | None = None, **kwargs: Any
) -> None:
    """Load the catalogue when the tables are there; `apps` has the models as they were migrated."""
    if apps is None:
        tables = connections[using].introspection.table_names()
        if ReportTemplate._meta.db_table in tables:
            ensure_catalogue(using=using)
        return
    try:
        known = apps.get_model("reports", "ReportTemplate"), apps.get_model("reports", "Macro")
    except LookupError:
        return  # migrated back to nothing
    ensure_catalogue(*known, using=using)
