"""The patient's other studies and what their reports said."""

from typing import Any, Final

from django.db.models import QuerySet

from archive.models import Study
from archive.selectors import Principal, studies_visible_to
from reports.content import Content, plain_text, report_text
from reports.lifecycle import ReportStatus
from reports.models import Report, ReportVersion

LIMIT: Final = 30
_IMPRESSION: Final = "19005-8"  # LOINC: Radiology Impression
_UNSIGNED: Final = frozenset({ReportStatus.UNREAD, ReportStatus.DRAFT, ReportStatus.WITHDRAWN})


def has_priors(study: Study) -> bool:
    """Say whether the patient has an earlier study here."""
    return earlier_studies(study).exists()


def earlier_studies(study: Study) -> QuerySet[Study]:
    """Return the patient's studies that are not later than `study`, the newest first.

    All are of the same facility: a patient belongs to one.
    """
    others = Study.objects.filter(patient_id=study.patient_id).exclude(pk=study.pk)
    if study.study_date:
        others = others.filter(study_date__lte=study.study_date)
    return others.order_by("-study_date", "-study_time", "-pk")


def priors_of(study: Study, principal: Principal) -> list[dict[str, Any]]:
    """Return the patient's other studies that `principal` may see, newest first.

    Each comes with the text and the impression of its report as it was signed last.
    """
    studies = list(_others(study, principal)[:LIMIT])
    reports = {
        report.study_id: report
        for report in Report.objects.filter(study__in=studies).defer("draft")
    }
    signed = _last_versions([report for report in reports.values() if _is_signed(report)])
    return [_facts(one, study, reports.get(one.pk), signed) for one in studies]


def _others(study: Study, principal: Principal) -> QuerySet[Study]:
    others = studies_visible_to(principal, by_facility=False).filter(patient_id=study.patient_id)
    return others.exclude(pk=study.pk).order_by("-study_date", "-study_time", "-pk")


def _is_signed(report: Report) -> bool:
    return report.status not in _UNSIGNED


def _last_versions(reports: list[Report]) -> dict[int, ReportVersion]:
    versions = ReportVersion.objects.filter(report__in=reports).order_by("number")
    return {version.report_id: version for version in versions}


def _facts(
    prior: Study, study: Study, report: Report | None, signed: dict[int, ReportVersion]
) -> dict[str, Any]:
    version = signed.get(report.pk) if report is not None else None
    return {
        "study_instance_uid": prior.study_instance_uid,
        "study_date": prior.study_date,
        "description": prior.description,
        "modalities": members(prior.modalities),
        "status": report.status if report is not None else ReportStatus.UNREAD,
        "impression": impression(version.content) if version else "",
        "text": report_text(version.content) if version else "",
        "signed_name": version.signed_name if version else "",
        "signed_at": version.signed_at if version else None,
        "is_same_kind": _is_same_kind(prior, study),
    }


def members(joined: str) -> list[str]:
    """Return the members of a column that keeps them between backslashes (`Study.modalities`)."""
    return [one for one in joined.split("\\") if one]


def _is_same_kind(prior: Study, study: Study) -> bool:
    """Say whether both are of one modality and of one part of the body, as far as they say."""
    if not set(members(prior.modalities)) & set(members(study.modalities)):
        return False
    parts = set(members(prior.body_parts)), set(members(study.body_parts))
    return bool(parts[0] & parts[1]) or not all(parts)


def impression(content: Content) -> str:
    """Return the text of a report's impression; blank when it has none."""
    for section in content["sections"]:
        if section.get("code") == _IMPRESSION or section["key"] == "impression":
            return plain_text(section["body"])
    return ""
