"""Signed reports become objects of their study, whatever dies in between."""

import io
import subprocess
from datetime import timedelta

import highdicom.sr
import pydicom
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import generate_uid

from archive.access import open_instance
from archive.models import Instance, QuarantinedObject, Study
from audit.models import AuditEvent
from dimse import implementation
from notifications.models import OutboxEvent
from reports.models import Reading, ReportExport, ReportPrint, VersionKind
from reports.paper.press import PressMissingError
from reports.structured import exports, frame, making
from reports.structured.exports import claim, finish, is_archived, pause_after, work_off
from reports.structured.frame import dt_value, local_time
from reports.structured.making import job_of, object_of
from reports.structured.references import NOTHING, TOO_LATE, WITHHELD
from reports.structured.tid2000 import clean_text
from reports.structured.vocabulary import heading_of
from tests.factories import paper
from tests.factories.dicom import ROOT
from tests.factories.paper import content, section
from tests.factories.paper_study import archive_folders, facility, signer, study
from tests.factories.reading import content_of, make_report, make_version

__all__ = ["archive_folders", "facility", "signer", "study"]

PDF_CLASS, SR_CLASS = "1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.5.1.4.1.1.88.22"
KOS_CLASS = "1.2.840.10008.5.1.4.1.1.88.59"
A_PDF = b"%PDF-1.7 of three\n%%EOF"


@pytest.fixture
def quick_press(monkeypatch):
    """Print at once; the real press has tests of its own."""
    monkeypatch.setattr(making, "print_pages", lambda pages, identifier: io.BytesIO(A_PDF))


@pytest.fixture
def report(study):
    return make_report(study)


def sign(report, signer, kind=VersionKind.FINAL, body=None, **columns):
    """Sign as the service does, with the two rows for the archive."""
    version = make_version(report, signer, kind, body, **columns)
    for form in ReportExport.Form.values:
        ReportExport.objects.create(version=version, form=form, sop_instance_uid=generate_uid())
    return version


def archived(sop_class: str) -> list[pydicom.Dataset]:
    """Return the archived objects of a class, in the order of their versions."""
    found = Instance.objects.filter(sop_class_uid=sop_class).order_by("instance_number")
    objects = []
    for instance in found:
        with open_instance(instance) as stream:
            objects.append(pydicom.dcmread(io.BytesIO(stream.read())))
    return objects


def path_of(tmp_path, dataset: pydicom.Dataset):
    path = tmp_path / "object.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


def test_a_final_report_becomes_a_pdf_and_a_document_in_its_study(report, signer, study, tmp_path):
    """The real press: what comes out of the archive is the PDF that went in, to the byte."""
    version = sign(report, signer)
    assert work_off() == 2
    (pdf,), (sr,) = archived(PDF_CLASS), archived(SR_CLASS)
    for one in (pdf, sr):
        assert one.StudyInstanceUID == study.study_instance_uid
        assert (one.PatientID, str(one.PatientName)) == ("P00001", "Patient1^Paula")
        assert one.InstanceNumber == 1 and one.SpecificCharacterSet == "ISO_IR 192"
    assert pdf.SeriesInstanceUID != sr.SeriesInstanceUID
    assert (pdf.Modality, sr.Modality) == ("DOC", "SR")
    assert pdf.MIMETypeOfEncapsulatedDocument == "application/pdf"
    assert pdf.EncapsulatedDocument.startswith(b"%PDF-1.7")
    out = tmp_path / "out.pdf"
    subprocess.run(["dcm2pdf", path_of(tmp_path, pdf), out], check=True, capture_output=True)
    content_of_pdf = pdf.EncapsulatedDocument[: pdf.EncapsulatedDocumentLength]
    assert out.read_bytes()[: len(content_of_pdf)] == content_of_pdf
    token = ReportPrint.objects.get(version=version, printed_by=None).token
    assert token and QuarantinedObject.objects.count() == 0
    assert AuditEvent.objects.filter(detail__form__in=["pdf", "sr"], action="C").count() == 2


def test_the_document_is_read_by_others(report, signer, study, quick_press, tmp_path):
    """dcmtk's dsrdump and highdicom read what stands in it. References: PS3.16 TID 2000."""
    measured = {
        "type": "measurement",
        "attrs": {
            "annotation": "a1",
            "text": "12 mm",
            "sop_instance_uid": f"{ROOT}.1.1.1.1",
            "series_instance_uid": f"{ROOT}.1.1.1",
            "study_instance_uid": f"{ROOT}.1.1",
        },
    }
    finding = {"type": "paragraph", "content": [{"type": "text", "text": "Nodule "}, measured]}
    body = content(
        "CT chest",
        section("Clinical information", "Husten, Ελληνικά, 咳", code="55752-0"),
        section("Findings", finding, "No effusion.", code="59776-5"),
        section("Something of our own", "Text\twith\nlines."),
        section("Impression", "A nodule.", code="19005-8"),
        section("Empty", ""),
    )
    sign(report, signer, body=body)
    work_off()
    (sr,) = archived(SR_CLASS)
    dumped = subprocess.run(
        ["dsrdump", "+Pc", "+Pl", path_of(tmp_path, sr)], capture_output=True, check=True, text=True
    ).stdout
    for wanted in (
        "Enhanced SR Document",
        "COMPLETE",
        "VERIFIED",
        "FINAL",
        "Reader^Jane",
        '(18748-4,LN,"Diagnostic Imaging Report")',
        "(121049,DCM,",
        '(en,RFC5646,"English")',
        '(CT,DCM,"Computed Tomography")',
        '(816094009,SCT,"Chest")',
        "(121008,DCM,",
        '(59776-5,LN,"Findings")',
        '(121071,DCM,"Finding")',
        "Nodule 12 mm",
        '(55752-0,LN,"Clinical Information")',
        "Husten",
        '(19005-8,LN,"Impressions")',
        '(121112,DCM,"Source of Measurement")',
        "Something of our own",
        "99NOCTIS",
    ):
        assert wanted in dumped, wanted
    assert "Empty" not in dumped
    document = highdicom.sr.srread(path_of(tmp_path, sr))
    root = document.content[0] if hasattr(document.content, "__getitem__") else document.content
    names = [item.name.meaning for item in root.ContentSequence]
    assert names == [
        "Procedure reported",
        "Acquisition Device Type",
        "Target Region",
        "Language of Content Item and Descendants",
        "Observer Type",
        "Person Observer Name",
        "Person Observer's Organization Name",
        "Clinical Information",
        "Findings",
        "Something of our own",
        "Impressions",
    ]
    assert root.ContentTemplateSequence[0].TemplateIdentifier == "2000"
    evidence = sr.CurrentRequestedProcedureEvidenceSequence[0]
    assert evidence.ReferencedSeriesSequence[0].SeriesInstanceUID == f"{ROOT}.1.1.1"
    observer = sr.VerifyingObserverSequence[0]
    assert str(observer.VerifyingObserverName) == "Reader^Jane"
    assert observer.VerifyingOrganization == "North General Hospital"


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        (VersionKind.PRELIMINARY, ("COMPLETE", "UNVERIFIED", "PRELIMINARY")),
        (VersionKind.FINAL, ("COMPLETE", "VERIFIED", "FINAL")),
        (VersionKind.CORRECTION, ("COMPLETE", "VERIFIED", "FINAL")),
    ],
)
def test_the_flags_follow_the_life_cycle(kind, flags, report, signer, quick_press, settings):
    """References: docs/develop/structured-reports.md; PS3.3 C.17.2."""
    settings.ARCHIVE_PRELIMINARY_REPORTS = True
    if kind == VersionKind.CORRECTION:
        make_version(report, signer)
    sign(report, signer, kind)
    work_off()
    (sr,), (pdf,) = archived(SR_CLASS), archived(PDF_CLASS)
    assert (sr.CompletionFlag, sr.VerificationFlag, sr.PreliminaryFlag) == flags
    assert pdf.VerificationFlag == flags[1]
    assert ("VerifyingObserverSequence" in sr) == (flags[1] == "VERIFIED")


def test_a_preliminary_report_stays_where_the_facility_cannot_see_it(report, signer, quick_press):
    """An object in a study is for everybody who sees the study; a preliminary report is not."""
    sign(report, signer, VersionKind.PRELIMINARY)
    assert work_off() == 2
    assert not archived(SR_CLASS) and not archived(PDF_CLASS)
    assert set(ReportExport.objects.values_list("error", flat=True)) == {WITHHELD}
    sign(report, signer)
    work_off()
    (sr,) = archived(SR_CLASS)
    assert "PredecessorDocumentsSequence" not in sr


def test_addendum_and_correction_name_the_documents_before_them(report, signer, quick_press):
    sign(report, signer)
    first = content_of()
    added = section("Addendum", "Telephoned.", key="addendum-1", kind="addendum")
    sign(report, signer, VersionKind.ADDENDUM, {**first, "sections": [*first["sections"], added]})
    sign(report, signer, VersionKind.CORRECTION, reason="Side.")
    work_off()
    one, two, three = archived(SR_CLASS)
    assert one.SeriesInstanceUID == two.SeriesInstanceUID == three.SeriesInstanceUID
    assert len({one.SOPInstanceUID, two.SOPInstanceUID, three.SOPInstanceUID}) == 3

    def before(document):
        item = document.PredecessorDocumentsSequence[0]
        (series,) = item.ReferencedSeriesSequence
        assert item.StudyInstanceUID == one.StudyInstanceUID
        assert series.SeriesInstanceUID == one.SeriesInstanceUID
        return [ref.ReferencedSOPInstanceUID for ref in series.ReferencedSOPSequence]

    assert before(two) == [one.SOPInstanceUID]
    assert before(three) == [one.SOPInstanceUID, two.SOPInstanceUID]
    addendum = two.ContentSequence[-1]
    assert addendum.ConceptNameCodeSequence[0].CodeValue == "55107-7"
    observer = [item for item in addendum.ContentSequence if item.ValueType == "PNAME"]
    assert [str(item.PersonName) for item in observer] == ["Reader^Jane"]


def test_a_withdrawal_leaves_a_rejection_note_for_what_was_archived(
    report, signer, quick_press, tmp_path
):
    """References: PS3.16 TID 2010; IHE RAD TF-3 4.66."""
    sign(report, signer)
    work_off()
    sign(report, signer, VersionKind.WITHDRAWAL, reason="Wrong patient.")
    work_off()
    (note,) = archived(KOS_CLASS)
    assert note.ConceptNameCodeSequence[0].CodeValue == "113001"
    named = {
        ref.ReferencedSOPInstanceUID
        for series in note.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
        for ref in series.ReferencedSOPSequence
    }
    assert named == {one.SOPInstanceUID for one in (*archived(SR_CLASS), *archived(PDF_CLASS))}
    dumped = subprocess.run(
        ["dsrdump", path_of(tmp_path, note)], capture_output=True, check=True, text=True
    ).stdout
    assert "Key Object Selection" in dumped and "Report withdrawn" in dumped


def test_what_was_withdrawn_before_it_left_never_leaves(report, signer, quick_press):
    sign(report, signer)
    sign(report, signer, VersionKind.WITHDRAWAL, reason="Wrong patient.")
    work_off()
    assert not archived(SR_CLASS) and not archived(PDF_CLASS) and not archived(KOS_CLASS)
    errors = list(ReportExport.objects.order_by("pk").values_list("error", flat=True))
    assert errors == [TOO_LATE, TOO_LATE, NOTHING, NOTHING]


def test_a_withdrawal_waits_until_it_is_settled_what_there_is_to_withdraw(
    report, signer, quick_press
):
    sign(report, signer)
    later = timezone.now() + timedelta(hours=1)
    ReportExport.objects.update(next_attempt_at=later)
    sign(report, signer, VersionKind.WITHDRAWAL)
    assert work_off() == 0
    assert ReportExport.objects.filter(done_at=None).count() == 4


class Killed(BaseException):
    """The process is gone: nothing of ours runs any more."""


def _kill(*args, **kwargs):
    raise Killed


@pytest.mark.parametrize("place", ["wait_for_others", "object_of", "bring_in", "finish", "close"])
@pytest.mark.parametrize("form", ["pdf", "sr"])
def test_a_worker_may_be_killed_before_every_step(
    place, form, report, signer, quick_press, monkeypatch
):
    version = sign(report, signer)
    ReportExport.objects.exclude(form=form).delete()
    with monkeypatch.context() as patch:
        patch.setattr(exports, place, _kill)
        with pytest.raises(Killed):
            work_off()
    assert work_off() == 0  # it is still claimed by the one that was killed
    ReportExport.objects.update(next_attempt_at=timezone.now())
    assert work_off() == 1
    assert work_off() == 0
    sop_class = PDF_CLASS if form == "pdf" else SR_CLASS
    assert len(archived(sop_class)) == 1
    assert QuarantinedObject.objects.count() == 0
    assert ReportPrint.objects.filter(version=version).count() == (form == "pdf")
    assert AuditEvent.objects.filter(action="C", detail__form=form).count() == 1


def test_killed_between_archive_and_note_the_bytes_come_again_as_a_duplicate(
    report, signer, quick_press
):
    """Even without looking first: the same row gives the same bytes."""
    sign(report, signer)
    for _form in range(2):
        export = claim(timezone.now())
        job = job_of(export)
        first = object_of(job)
        assert exports.bring_in(job, first).kind.value == "stored"
        again = object_of(job_of(ReportExport.objects.get(pk=export.pk)))
        assert again == first
        assert exports.bring_in(job, again).kind.value == "duplicate"
        assert is_archived(job)
        finish(job)
        finish(job)
    assert AuditEvent.objects.filter(action="C", detail__form__in=["pdf", "sr"]).count() == 2


def test_two_workers_never_take_the_same_row(report, signer):
    sign(report, signer)
    now = timezone.now()
    first, second, third = claim(now), claim(now), claim(now)
    assert first.pk != second.pk and third is None
    assert claim(now + exports.CLAIM + timedelta(seconds=1)) is not None


def test_without_a_press_everything_waits_and_says_so(report, signer, monkeypatch):
    def missing(pages, identifier):
        raise PressMissingError("PDFs cannot be made on this server")

    sign(report, signer)
    monkeypatch.setattr(making, "print_pages", missing)
    assert work_off() == 1  # the document needs none
    row = ReportExport.objects.get(done_at=None)
    assert row.form == "pdf" and row.attempts == 1 and "cannot be made" in row.error
    assert row.next_attempt_at > timezone.now()


def test_one_that_breaks_does_not_stop_the_others(report, signer, quick_press, monkeypatch):
    real = exports.object_of
    sign(report, signer)

    def breaks(job):
        if job.export.form == "pdf":
            raise RuntimeError("Patient1 is in this message")
        return real(job)

    monkeypatch.setattr(exports, "object_of", breaks)
    assert work_off() == 1
    assert ReportExport.objects.get(done_at=None).error == "RuntimeError"


def test_an_object_that_the_archive_keeps_aside_is_an_error(report, signer, quick_press, study):
    sign(report, signer)
    export = claim(timezone.now())
    job = job_of(export)
    job.study.dicom_patient_id = "SOMEBODY-ELSE"
    with pytest.raises(exports.ExportError, match="patient-mismatch"):
        exports.bring_in(job, object_of(job))


@pytest.mark.parametrize(
    ("offset", "shown"), [("", "140500"), ("+0530", "193500"), ("-0330", "103500"), ("x", "140500")]
)
def test_times_are_those_of_the_study(offset, shown):
    """References: PS3.3 C.12.1 (Timezone Offset From UTC)."""
    taken = paper.study(timezone_offset=offset)
    assert f"{local_time(taken, paper.SIGNED):%H%M%S}" == shown
    assert dt_value(taken, paper.SIGNED).startswith(f"20260512{shown}")


def test_the_implementation_is_named_as_everywhere():
    assert frame.IMPLEMENTATION_CLASS_UID == implementation.IMPLEMENTATION_CLASS_UID
    assert frame.IMPLEMENTATION_VERSION == implementation.IMPLEMENTATION_VERSION


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_any_text_becomes_a_text_of_dicom(text):
    assert not set(clean_text(text)) & (set(map(chr, range(32))) - set("\r\n\t"))


@pytest.mark.parametrize(
    ("name", "code"),
    [("Impression", "19005-8"), ("Technique:", "55111-9"), ("Findings, right", "59776-5")],
)
def test_a_section_without_a_code_is_known_by_its_title(name, code):
    assert heading_of({"title": name}).value == code


def test_what_has_no_code_gets_one_of_ours_always_the_same():
    one, other = heading_of({"title": "Bone age"}), heading_of({"title": "bone  AGE"})
    assert one.scheme_designator == "99NOCTIS" and one.value == other.value
    assert len(one.value) <= 16
    assert heading_of({"title": "Findings", "kind": "addendum"}).value == "55107-7"


def test_pauses_grow_to_an_hour():
    pauses = [pause_after(attempts).total_seconds() for attempts in (0, 1, 2, 3, 7, 50)]
    assert pauses == [60, 60, 120, 240, 3600, 3600]


def test_reports_change_nothing_of_the_reading(report, signer, quick_press, study):
    """Clocks, quality and assignment stay as they are when the objects come in."""
    sign(report, signer)
    before = Reading.objects.values().get(study=study)
    patient = Study.objects.values("patient_id", "alert", "description").get(pk=study.pk)
    work_off()
    assert Reading.objects.values().get(study=study) == before
    assert Study.objects.values("patient_id", "alert", "description").get(pk=study.pk) == patient
    after = Study.objects.get(pk=study.pk)
    assert after.modalities == "\\CT\\DOC\\SR\\"
    topics = set(OutboxEvent.objects.values_list("topic", flat=True))
    assert topics <= {"study.received", "study.updated"}
