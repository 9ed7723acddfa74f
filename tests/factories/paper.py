"""Reports of three facilities for their PDFs; nothing here needs a database."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw

from archive.models import Study
from reports.content import checked
from reports.lifecycle import ReportStatus
from reports.models import Report, ReportVersion, VersionKind
from reports.paper.letterheads import Look, data_address
from reports.paper.sheet import Sheet, sheet_of
from reports.paper.versions import Standing, State
from tests.factories.reading import paragraph
from worklist.models import Facility

CURRENT = Standing(State.CURRENT)
SIGNED = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
_STATUS = {
    VersionKind.PRELIMINARY: ReportStatus.PRELIMINARY,
    VersionKind.FINAL: ReportStatus.FINAL,
    VersionKind.ADDENDUM: ReportStatus.ADDENDED,
    VersionKind.CORRECTION: ReportStatus.CORRECTED,
}


def section(title: str, *blocks: Any, key: str = "", **more: Any) -> dict[str, Any]:
    """Return a section of paragraphs (texts) and other blocks."""
    content = [paragraph(block) if isinstance(block, str) else block for block in blocks]
    body = {"type": "doc", "content": content}
    return {"key": key or title.lower()[:60], "title": title, "body": body, **more}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return a table with a heading row."""

    def cells(kind: str, texts: Sequence[str]) -> dict[str, Any]:
        return {
            "type": "tableRow",
            "content": [{"type": kind, "content": [paragraph(text)]} for text in texts],
        }

    body = [cells("tableCell", row) for row in rows]
    return {"type": "table", "content": [cells("tableHeader", head), *body]}


def bullets(*texts: str) -> dict[str, Any]:
    """Return a list."""
    items = [{"type": "listItem", "content": [paragraph(text)]} for text in texts]
    return {"type": "bulletList", "content": items}


def content(title: str, *sections: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a report, checked."""
    return checked({"schema": 1, "template": "", "title": title, "sections": list(sections)})


def version(
    body: dict[str, Any], number: int = 1, kind: str = VersionKind.FINAL, **columns: Any
) -> ReportVersion:
    """Return a version that is in no database."""
    defaults = {
        "report": Report(pk=1),
        "signed_name": "Dr. Jane Reader",
        "signed_at": SIGNED + timedelta(days=number - 1),
        "version_hash": f"{number:x}" * 64,
        "status": _STATUS[VersionKind(kind)],
    }
    return ReportVersion(number=number, kind=kind, content=body, **(defaults | columns))


def emblem(colour: str, size: tuple[int, int] = (600, 240), form: str = "PNG") -> bytes:
    """Return a logo: a disc with a cross, and a bar as long as there is room."""
    image = Image.new(
        "RGBA" if form == "PNG" else "RGB", size, (255, 255, 255, 0)[: 4 if form == "PNG" else 3]
    )
    draw = ImageDraw.Draw(image)
    height = size[1]
    draw.ellipse((0, 0, height - 1, height - 1), fill=colour)
    arm = height // 8
    middle = height // 2
    draw.rectangle((middle - arm, height // 5, middle + arm, height * 4 // 5), fill="white")
    draw.rectangle((height // 5, middle - arm, height * 4 // 5, middle + arm), fill="white")
    draw.rectangle((height + arm, middle - arm // 2, size[0] - 1, middle + arm // 2), fill=colour)
    target = io.BytesIO()
    image.save(target, form)
    return target.getvalue()


@dataclass(frozen=True)
class Case:
    """A report as it would be printed."""

    name: str
    look: Look
    study: Study
    version: ReportVersion
    earlier: tuple[ReportVersion, ...] = ()
    standing: Standing = CURRENT

    @property
    def token(self) -> str:
        return f"token-of-{self.name}"

    @property
    def address(self) -> str:
        return f"https://pacs.example.org/prints/{self.token}/"

    def sheet(self) -> Sheet:
        return sheet_of(
            self.version,
            self.study,
            self.look,
            earlier=list(self.earlier),
            standing=self.standing,
            token=self.token,
            address=self.address,
        )


def study(**columns: Any) -> Study:
    """Return a study that is in no database."""
    defaults = {
        "facility": Facility(name="A hospital"),
        "study_date": "20260511",
        "modalities": "\\CT\\",
        "accession_number": "A0020931",
        "dicom_patient_id": "P-00417",
        "patient_birth_date": "19581103",
        "patient_sex": "M",
    }
    return Study(**(defaults | columns))


def long_table() -> Case:
    """A hospital with a logo; nodules in a table that runs over pages."""
    rows = [
        (
            str(n),
            f"Segment {1 + n % 10} {'right' if n % 2 else 'left'}",
            f"{3 + n % 17} mm",
            f"{2 + n % 15} mm",
            "solid" if n % 3 else "ground glass, with a solid part",
        )
        for n in range(1, 81)
    ]
    body = content(
        "CT of chest and abdomen with contrast",
        section("Clinical information", "Follow-up of a renal cell carcinoma. Cough."),
        section(
            "Technique",
            "Helical CT in the portal venous phase, 90 ml of contrast medium, slices of 1 mm.",
        ),
        section("Comparison", "CT of 12 November 2025."),
        section(
            "Findings",
            "Multiple pulmonary nodules, listed below with their long axis now and before:",
            table(("No.", "Place", "Now", "Before", "Kind"), rows),
            "Liver, spleen, pancreas and the remaining kidney are without finding.",
        ),
        section(
            "Impression", bullets("Progress of the pulmonary metastases.", "No other metastasis.")
        ),
    )
    look = Look(
        name="North General Hospital",
        heading="North General Hospital",
        subheading="Department of Diagnostic and Interventional Radiology",
        contact="12 Hospital Road\n20400 Northtown\nTel. +44 20 5550 1200\nradiology@north.example",
        footer="North General Hospital is a foundation under public law, no. 4711.",
        signature_note="Consultant radiologist",
        accent="#0b4a60",
        paper="A4",
        logo=data_address(emblem("#0b4a60"), "image/png"),
    )
    taken = study(
        patient_name="Lindström^Åke^Erik",
        description="CT Chest/Abdomen with contrast",
        referring_physician="Öberg^Maja^^Dr.",
        patient_age="067Y",
    )
    return Case("long-table", look, taken, version(body))


def far_east() -> Case:
    """A practice without a logo, on US Letter; names and text in Han, kana and hangul."""
    body = content(
        "MR brain · 頭部MRI",
        section("Clinical information", "頭痛、めまい。 徐俊昊 선생님 의뢰."),
        section(
            "Findings",
            "両側大脳半球に異常信号域を認めません。脳室系は正常大です。",
            "뇌실질에 이상 신호 강도가 없습니다.",
            "脑实质内未见异常信号影，脑室系统大小形态正常。",
            "Ventricles and sulci: normal for age. Δ T2 = 4 ms, SUV ≤ 2.5, 37 °C, µ, ±, ½.",
        ),
        section("Impression", "異常なし。 Normal MR of the brain."),
    )
    look = Look(
        name="Harbour Imaging Centre",
        heading="Harbour Imaging Centre",
        subheading="港湾画像診断センター",
        contact="Pier 9, Suite 300\nSan Aurelio, CA 94000\n(555) 555-0199",
        footer="",
        signature_note="",
        accent="#7a1f3d",
        paper="letter",
        logo="",
    )
    taken = study(
        patient_name="Miura^Haruka=三浦^遥香=みうら^はるか",
        patient_sex="F",
        modalities="\\MR\\SR\\",
        description="MR Brain",
        referring_physician="Seo^Jun-ho=徐^俊昊=서^준호",
    )
    return Case(
        "far-east",
        look,
        taken,
        version(body, kind=VersionKind.PRELIMINARY, signed_name="林 美咲 医師"),
        standing=Standing(State.PRELIMINARY),
    )


def right_to_left() -> Case:
    """A clinic with a wide JPEG logo; four scripts; corrected, with addenda."""
    findings = section(
        "Findings",
        "لا يوجد كسر في عظام اليد اليمنى. قياس المفصل 12 mm.",
        "אין עדות לשבר. רווח מפרקי שמור.",
        "Ὀστικὴ δομὴ φυσιολογική. Κύστη στον τρίτο δάκτυλο.",
        "Костных травматических изменений не выявлено.",
        bullets("لا يوجد انصباب مفصلي", "لا توجد أجسام غريبة"),
    )
    impression = section("Impression", "لا يوجد كسر. No fracture of the RIGHT hand.")
    first = content(
        "X-ray of the right hand", findings, section("Impression", "No fracture of the left hand.")
    )
    corrected = content("X-ray of the right hand", findings, impression)
    addendum = section(
        "Addendum",
        "Discussed by telephone with Dr. Haddad on 14 May 2026, 09:40.",
        key="addendum-1",
        kind="addendum",
    )
    added = content("X-ray of the right hand", findings, impression, addendum)
    look = Look(
        name="Al-Noor Clinic",
        heading="Al-Noor Clinic عيادة النور",
        subheading="Radiology · الأشعة",
        contact="شارع الجامعة 14\nعمّان 11180\n+962 6 555 0100",
        footer="Al-Noor Clinic, Amman\nAccredited for diagnostic radiology, JO-2024-118",
        signature_note="Specialist in radiology",
        accent="#1d6b45",
        paper="A4",
        logo=data_address(emblem("#1d6b45", (1200, 200), "JPEG"), "image/jpeg"),
    )
    taken = study(
        patient_name="الحسيني^أحمد",
        modalities="\\DX\\DOC\\SR\\",
        description="XR Hand right 2 views",
        referring_physician="حداد^ليلى",
    )
    reason = "The side was wrong in the impression."
    one = version(first, signed_name="د. سامي خوري")
    two = version(corrected, 2, VersionKind.CORRECTION, reason=reason, signed_name="د. سامي خوري")
    three = version(added, 3, VersionKind.ADDENDUM, signed_name="Dr. Rana Aziz")
    return Case("right-to-left", look, taken, three, (one, two))


CASES = (long_table, far_east, right_to_left)
