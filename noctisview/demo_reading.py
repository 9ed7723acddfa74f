"""The demo's reading room: what people have done to its studies before the newcomer looks.

Only studies that nobody has touched yet are given anything, so that loading the demo again leaves
everything as its users left it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction

from archive.models import Study
from audit.actors import Actor
from operations.demo.catalogue import DemoStudy
from operations.demo.catalogue import studies as demo_studies
from reports.assignment.services import assign, set_priority
from reports.content import SCHEMA, Content
from reports.lifecycle import ReportStatus
from reports.models import Priority, Quality, Reading
from reports.quality.services import accept
from reports.writing.drafts import save_draft, start_draft
from reports.writing.leases import Hold, release_lease, take_lease
from reports.writing.signing import Signature, sign_report
from worklist.models import CustomUser

_WINDOW: Final = "demo"
# Key, title and LOINC code of the sections of the demo's reports.
_SECTIONS: Final = (
    ("indication", "Indication", "18785-6"),
    ("technique", "Technique", "55111-9"),
    ("findings", "Findings", "59776-5"),
    ("impression", "Impression", "19005-8"),
)
# Who reads these reports for practice is not asked about contrast that no header tells of.
_OVERRULED: Final = frozenset({"contrast-not-given", "contrast-not-mentioned"})


@dataclass(frozen=True)
class _Work:
    """What was done to one study.

    Parameters
    ----------
    priority, reason, indication, history
        The technician's request.
    reader
        User name of whom it was given to.
    report
        Text by section of a report that was signed as final; None when there is none yet.
    is_checked
        Whether the technician has accepted its images.
    """

    priority: int = Priority.ROUTINE
    reason: str = ""
    indication: str = ""
    history: str = ""
    reader: str = ""
    report: dict[str, str] | None = None
    is_checked: bool = True


_WORK: Final[dict[str, _Work]] = {
    "ct-chest-abdomen": _Work(
        Priority.URGENT,
        indication="Follow-up of a pulmonary nodule.",
        history="40 pack years.",
        reader="reader",
    ),
    "ct-chest-abdomen-prior": _Work(
        indication="Weight loss, cough.",
        report={
            "technique": "CT of the chest and abdomen in the portal venous phase.",
            "findings": "Solid nodule of 5 mm in the right upper lobe, smooth. No enlarged lymph"
            " node. Liver, pancreas, spleen, adrenal glands and kidneys without focal lesion.",
            "impression": "Solid pulmonary nodule of 5 mm on the right. CT in 6 to 12 months is"
            " advised.",
        },
    ),
    "mr-head": _Work(
        Priority.STAT,
        reason="Loss of vision since this morning",
        indication="Optic neuritis, demyelination?",
        reader="reader",
    ),
    "petct": _Work(indication="Mass of the left upper lobe, staging."),
    "cr-chest": _Work(Priority.URGENT, indication="Fever, cough for five days."),
    "cr-chest-prior": _Work(
        indication="Before an operation.",
        report={
            "technique": "Radiograph of the chest, posteroanterior.",
            "findings": "Heart of normal size. Lungs clear. No effusion and no pneumothorax.",
            "impression": "No acute finding in the chest.",
        },
    ),
    "dx-hand": _Work(
        indication="Punched a wall, pain over the fifth metacarpal.",
        report={
            "technique": "Radiographs of the right hand in two views.",
            "findings": "Fracture of the neck of the fifth metacarpal of the right hand."
            " The other bones and the joints are unremarkable.",
            "impression": "Fracture of the neck of the right fifth metacarpal.",
        },
    ),
    "us-echo": _Work(is_checked=False),
    "mg-screening": _Work(indication="Screening."),
}


def furnish(facility_ids: Mapping[str, int], today: date) -> int:
    """Have the people of the demo work on its untouched studies; return how many there were.

    Parameters
    ----------
    facility_ids : mapping of str to int
        Primary key of the facility for each of the demo's.
    today : date
        Only for the catalogue: the studies are known by their accession numbers.
    """
    named = CustomUser.objects.filter(username__in=("reader", "technician"), is_active=True)
    people = {user.username: user for user in named}
    if len(people) < 2:
        return 0
    oldest_first = sorted(demo_studies(today), key=lambda one: one.visit.when)
    found = [(_study(one, facility_ids), _WORK.get(one.key)) for one in oldest_first]
    return sum(_do(study, work, people) for study, work in found if study and work)


def _study(one: DemoStudy, facility_ids: Mapping[str, int]) -> Study | None:
    return Study.objects.filter(
        facility_id=facility_ids[one.facility_key],
        accession_number=one.visit.accession,
        description=one.description,
    ).first()


@transaction.atomic
def _do(study: Study, work: _Work, people: dict[str, Any]) -> bool:
    reading = Reading.objects.filter(study=study).first()
    if (
        reading is None
        or reading.status != ReportStatus.UNREAD
        or reading.quality != Quality.UNCHECKED
    ):
        return False
    technician = Actor.of_user(people["technician"], "")
    set_priority(
        study,
        actor=technician,
        priority=work.priority,
        priority_reason=work.reason,
        indication=work.indication,
        clinical_history=work.history,
    )
    if work.is_checked:
        accept(study, actor=technician)
    if work.reader:
        assign(study, people[work.reader], by=None, actor=technician, because="For the demo")
    if work.report is not None:
        _sign(study, people["reader"], {"indication": work.indication, **work.report})
    return True


def _sign(study: Study, reader: Any, texts: dict[str, str]) -> None:
    actor = Actor.of_user(reader, "")
    lease = take_lease(study, reader, _WINDOW, actor=actor)
    hold = Hold(reader, _WINDOW, lease.token)
    draft = start_draft(study, hold, kind="report", actor=actor)
    draft = save_draft(study, hold, draft.draft_version, _content(study, texts), actor=actor)
    signature = Signature("final", overruled=_OVERRULED)
    sign_report(study, hold, draft.draft_version, signature, actor=actor)
    release_lease(study, hold)


def _content(study: Study, texts: dict[str, str]) -> Content:
    sections = []
    for key, title, code in _SECTIONS:
        text = {"type": "text", "text": texts[key]}
        body = {"type": "doc", "content": [{"type": "paragraph", "content": [text]}]}
        kind = {"kind": "narrative", "required": key == "impression"}
        sections.append({"key": key, "title": title, "code": code, "body": body, **kind})
    return {"schema": SCHEMA, "template": "", "title": study.description, "sections": sections}
