"""A study, its reading and its report as the API tells of them, to whom they may be told."""

from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from archive.models import Study
from dicomkit.names import PersonName
from reports.assignment.facts import reading_facts
from reports.lifecycle import possible_actions
from reports.models import Reading, Report, ReportTemplate, ReportVersion
from reports.selectors import name_of, person, versions_visible_to
from reports.writing.drafts import side_draft
from reports.writing.leases import lease_of_now
from reports.writing.priors import members
from reports.writing.saves import side_drafts_of

_RIGHTS: Final = {
    "write": "reports.write_report",
    "sign": "reports.sign_report",
    "print": "reports.print_report",
    "critical": "reports.report_critical",
}


def everything_about(study: Study, user: Any, report: Report | None) -> dict[str, Any]:
    """Return what the editor opens with; of a draft nothing to who may not see one."""
    sees_drafts = user.has_perm("reports.view_report")
    reading = Reading.objects.select_related("assigned_to").get(study=study)
    return {
        "study": study_facts(study),
        "reading": reading_facts(reading),
        "report": report_facts(report, user, sees_drafts),
        "lease": lease_facts(study, user) if sees_drafts else None,
        "suggested_template": suggested_template(study) if sees_drafts else "",
        "rights": {name: user.has_perm(right) for name, right in _RIGHTS.items()},
    }


def study_facts(study: Study) -> dict[str, Any]:
    """Return the study and its patient; dates and times in DICOM form (PS3.5 6.2)."""
    name, local_name = names_of_patient(study)
    return {
        "study_instance_uid": study.study_instance_uid,
        "facility": {"id": study.facility_id, "name": study.facility.name},
        "patient_name": name,
        "patient_name_local": local_name,
        "patient_id": study.dicom_patient_id,
        "birth_date": study.patient_birth_date,
        "sex": study.patient_sex,
        "age": age_of(study),
        "study_date": study.study_date,
        "study_time": study.study_time,
        "description": study.description,
        "modalities": members(study.modalities),
        "body_parts": members(study.body_parts),
        "accession_number": study.accession_number,
        "referring_physician": PersonName.parse(study.referring_physician).display(),
        "received_at": study.received_at,
        "instance_count": study.instance_count,
    }


def names_of_patient(study: Study) -> tuple[str, str]:
    """Return the name as 'Family, Given' and, beside it, as it is written in its own script."""
    name = PersonName.parse(study.patient_name)
    local = name.ideographic
    written = f"{local.family} {local.given}".strip() or name.phonetic.display_sorted()
    latin = name.alphabetic.display_sorted()
    return (latin, written) if latin else (written, "")


def age_of(study: Study) -> str:
    """Return the patient's age at the study in words; blank when nobody knows."""
    stated = study.patient_age
    units = {"D": _("d"), "W": _("w"), "M": _("mo"), "Y": _("y")}
    if len(stated) == 4 and stated[:3].isdecimal() and stated[3] in units:
        return f"{int(stated[:3])} {units[stated[3]]}"
    born, taken = _day(study.patient_birth_date), _day(study.study_date)
    if born is None or taken is None or taken < born:
        return ""
    years = taken.year - born.year - ((taken.month, taken.day) < (born.month, born.day))
    return f"{years} {units['Y']}" if years >= 2 else f"{(taken - born).days // 30} {units['M']}"


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
    except ValueError:
        return None


def report_facts(report: Report | None, user: Any, sees_drafts: bool) -> dict[str, Any]:
    """Return the report with the versions that `user` may read."""
    report = report or Report()
    sides = side_drafts_of(report)[:50] if sees_drafts and report.pk else []
    shown = report if sees_drafts else Report(status=report.status)
    return {
        "status": report.status,
        "draft_kind": shown.draft_kind,
        "draft": shown.draft,
        "draft_version": shown.draft_version,
        "draft_saved_at": shown.draft_saved_at,
        "draft_author": person(shown.draft_author),
        "possible_actions": possible_actions(report.status) if sees_drafts else [],
        "versions": [
            version_facts(version)
            for version in (versions_visible_to(user, report) if report.pk else [])
        ],
        "side_drafts": [side_draft(save) for save in sides],
    }


def version_facts(version: ReportVersion) -> dict[str, Any]:
    """Return what is said of a signed version in a list."""
    return {
        "number": version.number,
        "kind": version.kind,
        "status": version.status,
        "signed_name": version.signed_name,
        "signed_at": version.signed_at,
        "reason": version.reason,
        "discrepancy": version.discrepancy,
        "version_hash": version.version_hash,
    }


def lease_facts(study: Study, user: Any) -> dict[str, Any]:
    """Return who writes now; `holder` only of one's own windows."""
    lease = lease_of_now(study)
    if lease is None or lease.reader is None:
        return {"reader": None, "holder": "", "expires_at": None, "is_mine": False}
    is_mine = lease.reader_id == user.pk
    return {
        "reader": {"id": lease.reader_id, "name": name_of(lease.reader)},
        "holder": lease.holder if is_mine else "",
        "expires_at": lease.expires_at,
        "is_mine": is_mine,
    }


def suggested_template(study: Study) -> str:
    """Return the key of the template that fits best: modality and body part, then modality."""
    templates = ReportTemplate.objects.filter(is_active=True, facility__isnull=True)
    templates = templates.filter(modality__in=members(study.modalities) or [""])
    fits = set(members(study.body_parts))
    found = list(templates.order_by("pk").values_list("key", "body_part"))
    exact = [key for key, part in found if part and part in fits]
    general = [key for key, part in found if not part]
    return (exact or general or [""])[0]
