"""Changing templates and macros: each change with its row in the audit log."""

from typing import Any

from django.db import transaction

from audit.actors import Actor
from audit.catalogue_events import record_macro_changed, record_template_changed
from reports.catalogue.source import slug_of
from reports.content import Content, checked
from reports.models import Macro, ReportTemplate


@transaction.atomic
def save_template(template: ReportTemplate, *, actor: Actor) -> ReportTemplate:
    """Keep a template of the house: with a key when it is new, and never taken for ours.

    Raises
    ------
    reports.content.ContentError
        When its content has not the form of a report.
    """
    change = "changed" if template.pk else "created"
    template.key = template.key or _free_key(slug_of(template.name))
    template.edition = 0
    template.content = checked({**template.content, "template": template.key})
    template.save()
    record_template_changed(
        actor=actor, key=template.key, change=change, facility_id=template.facility_id
    )
    return template


def _free_key(stem: str) -> str:
    """Return a key that begins with `own-` and the stem, and that no template has."""
    stem = f"own-{stem}"
    taken = set(ReportTemplate.objects.filter(key__startswith=stem).values_list("key", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(key for key in numbered if key not in taken)


def duplicate_template(template: ReportTemplate, *, actor: Actor) -> ReportTemplate:
    """Return a copy of a template that the house may change."""
    copy = ReportTemplate(
        name=f"{template.name} (copy)"[:120],
        modality=template.modality,
        body_part=template.body_part,
        language=template.language,
        content=template.content,
        facility=template.facility,
        is_active=False,
    )
    return save_template(copy, actor=actor)


def import_template(name: str, content: Content, *, actor: Actor, **columns: Any) -> ReportTemplate:
    """Keep a template that came from elsewhere; it is not in use before somebody says so."""
    template = ReportTemplate(name=name[:120], content=content, is_active=False, **columns)
    return save_template(template, actor=actor)


@transaction.atomic
def switch_template(template: ReportTemplate, is_active: bool, *, actor: Actor) -> None:
    """Put a template into use or out of it; that is all that can be changed of ours."""
    template.is_active = is_active
    template.save(update_fields=["is_active"])
    record_template_changed(
        actor=actor, key=template.key, change="changed", facility_id=template.facility_id
    )


@transaction.atomic
def delete_template(template: ReportTemplate, *, actor: Actor) -> None:
    """Delete a template of the house. Ours would come back: it is switched off."""
    if template.edition:
        return switch_template(template, False, actor=actor)
    record_template_changed(
        actor=actor, key=template.key, change="deleted", facility_id=template.facility_id
    )
    template.delete()
    return None


@transaction.atomic
def save_macro(macro: Macro, *, actor: Actor) -> Macro:
    """Keep a macro; one of ours that was changed is the house's from now on."""
    change = "changed" if macro.pk else "created"
    macro.edition = 0
    macro.save()
    _record(macro, change, actor)
    return macro


@transaction.atomic
def delete_macro(macro: Macro, *, actor: Actor) -> None:
    """Delete a macro. One of ours would come back: it is switched off."""
    _record(macro, "deleted", actor)
    if macro.edition:
        macro.is_active = False
        macro.save(update_fields=["is_active"])
    else:
        macro.delete()


def _record(macro: Macro, change: str, actor: Actor) -> None:
    record_macro_changed(
        actor=actor, trigger=macro.trigger, change=change, is_shared=macro.owner_id is None
    )
