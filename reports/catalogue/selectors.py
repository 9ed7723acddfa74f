"""Templates and macros that somebody may use, and the template for a study."""

from typing import Any

from django.db.models import Q, QuerySet

from archive.models import Study
from reports.catalogue.choice import family_of, key_for
from reports.models import Macro, ReportTemplate


def templates_for(facility_id: int | None = None) -> QuerySet[ReportTemplate]:
    """Return the templates in use: everybody's, and those of a facility when it is named."""
    whose = Q(facility__isnull=True) | Q(facility_id=facility_id)
    return ReportTemplate.objects.filter(whose, is_active=True)


def suggested(study: Study) -> str:
    """Return the key of the template to begin a report on `study` with; blank when none fits.

    Of those of the same kind the facility's own goes before the house's own, and that before
    ours. Of the same kind are those of its modality and body part whose name the table of choice
    gives the same template: a copy of the chest CT does not take the place of the pulmonary
    angiography.
    """
    modalities, body_parts = _members(study.modalities), _members(study.body_parts)
    key = key_for(modalities, body_parts, study.description)
    usable = templates_for(study.facility_id)
    ours = ReportTemplate.objects.filter(key=key).first() if key else None
    kind = _same_kind(ours, modalities, body_parts)
    rows = usable.filter(kind, edition=0).defer("content").order_by("facility_id", "pk")
    own = [one for one in rows if key_for([one.modality], [one.body_part], one.name) == key]
    first = next((one for one in own if one.facility_id), None) or next(iter(own), None)
    if first is not None:
        return first.key
    return ours.key if ours is not None and ours.is_active else ""


def _same_kind(ours: ReportTemplate | None, modalities: list[str], body_parts: list[str]) -> Q:
    if ours is not None:
        return Q(modality=ours.modality, body_part=ours.body_part)
    return Q(modality__in=modalities, body_part__in=body_parts)


def _members(text: str) -> list[str]:
    return [member for member in text.split("\\") if member]


def macros_for(user: Any) -> QuerySet[Macro]:
    """Return the macros that `user` may use: one's own, and everybody's that are in use."""
    return Macro.objects.filter(Q(owner_id=user.pk) | Q(owner__isnull=True, is_active=True))


def usable_macros(user: Any, modality: str = "") -> list[Macro]:
    """Return macros by their word; one's own takes the place of everybody's of the same word."""
    rows = macros_for(user).order_by("trigger")
    if modality:
        rows = rows.filter(modality__in=("", modality, family_of(modality)))
    by_trigger: dict[str, Macro] = {}
    for macro in rows:
        if macro.owner_id is not None or macro.trigger not in by_trigger:
            by_trigger[macro.trigger] = macro
    return list(by_trigger.values())
