"""Readings, reports and signed versions without the services that make them."""

from typing import Any

from django.utils import timezone

from archive.models import Study
from reports.chain import version_hash
from reports.content import Content, empty
from reports.lifecycle import ReportStatus
from reports.models import Report, ReportVersion, VersionKind

_STATUS = {
    VersionKind.PRELIMINARY: ReportStatus.PRELIMINARY,
    VersionKind.FINAL: ReportStatus.FINAL,
    VersionKind.ADDENDUM: ReportStatus.ADDENDED,
    VersionKind.CORRECTION: ReportStatus.CORRECTED,
    VersionKind.WITHDRAWAL: ReportStatus.WITHDRAWN,
}


def paragraph(text: str) -> dict[str, Any]:
    """Return a paragraph of plain text."""
    return {"type": "paragraph", "content": [{"type": "text", "text": text}] if text else []}


def content_of(title: str = "CT chest", **sections: str) -> Content:
    """Return a report with a paragraph in each section named."""
    content = empty(title)
    for section in content["sections"]:
        text = sections.get(section["key"], f"Text of {section['title'].lower()}.")
        section["body"] = {"type": "doc", "content": [paragraph(text)]}
    return content


def make_report(study: Study, **columns: Any) -> Report:
    """Return a new report of a study; `columns` as the model names them."""
    return Report.objects.create(study=study, **columns)


def make_version(
    report: Report,
    signer: Any,
    kind: str = VersionKind.FINAL,
    content: Content | None = None,
    **columns: Any,
) -> ReportVersion:
    """Return the next signed version of a report, chained, with report and reading following."""
    last = report.versions.order_by("-number").first()
    version = ReportVersion(
        report=report,
        number=last.number + 1 if last else 1,
        kind=kind,
        status=_STATUS[VersionKind(kind)],
        content=content or content_of(),
        signed_by=signer,
        signed_name=signer.get_full_name() or signer.username,
        signed_at=timezone.now(),
        previous_hash=last.version_hash if last else "",
        **columns,
    )
    version.version_hash = version_hash(version)
    version.save()
    report.status = version.status
    report.save(update_fields=["status"])
    type(report.study.reading).objects.filter(study=report.study).update(
        status=version.status, final_at=version.signed_at
    )
    return version
