"""The patient's other studies, for comparison beside the one that is read."""

from typing import Any, Final

from archive.models import Study
from archive.selectors import Principal, studies_visible_to
from dicomkit.modalities import made_with

LIMIT: Final = 30


def priors_of(study: Study, principal: Principal) -> list[dict[str, Any]]:
    """Return the patient's other studies that `principal` may see, what is most alike first.

    All are of the same facility: a patient belongs to one. Of two that are equally alike the newer
    comes first.
    """
    if not study.dicom_patient_id:
        # Without a Patient ID nothing says that two studies are of one person.
        return []
    seen = studies_visible_to(principal, by_facility=False).filter(patient_id=study.patient_id)
    others = seen.exclude(pk=study.pk).order_by("-study_date", "-study_time", "-pk")
    rows = [(one, _likeness(one, study)) for one in others[:LIMIT]]
    return [_facts(one, like) for one, like in sorted(rows, key=lambda row: -row[1])]


def _likeness(one: Study, study: Study) -> int:
    """Return how well two studies compare: by what was imaged first, then by how."""
    parts = set(_listed(one.body_parts)) & set(_listed(study.body_parts))
    kinds = set(made_with(one.modalities)) & set(made_with(study.modalities))
    return 2 * bool(parts) + bool(kinds)


def _listed(column: str) -> list[str]:
    return [part for part in column.split("\\") if part]


def _facts(one: Study, likeness: int) -> dict[str, Any]:
    return {
        "studyInstanceUID": one.study_instance_uid,
        "description": one.description,
        "date": one.study_date,
        "modalities": made_with(one.modalities),
        "images": one.instance_count,
        "isAlike": likeness == 3,
    }
