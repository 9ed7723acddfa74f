"""A study as a ZIP file: what is in it, who gets it, what is recorded, how it is sent."""

import hashlib
import io
import shutil
import subprocess
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from pydicom import dcmread
from pydicom.fileset import FileSet

from archive.access import instance_path
from archive.corrections import correct_study
from archive.models import Instance, Study
from audit.actors import SYSTEM
from audit.models import AuditEvent
from tests.factories.dicom import ROOT, ct_file
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility, make_user
from tests.factories.storing import store
from worklist.models import Facility

__all__ = ["archive_folders"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("archive_folders")]

UID = f"{ROOT}.1.1"
ADDRESS = f"/viewer/studies/{UID}/zip"
STORAGE = "1.2.840.10008.5.1.4.1.1."
NO_PIXELS = dict.fromkeys((0x00280002, 0x00280004, 0x00280010, 0x00280011, 0x00280100))


@pytest.fixture
def north() -> Facility:
    return make_facility("North")


@pytest.fixture
def objects(north: Facility) -> list[bytes]:
    """Two series of a study, the second of objects without pixels; the first comes backwards."""
    slices = [ct_file(series=1, instance=number) for number in (3, 1, 2)]
    report = {0x00080016: f"{STORAGE}88.11", 0x00080060: "SR", **NO_PIXELS}
    unknown = {0x00080016: "1.3.46.670589.11.0.0.12.1", 0x00200013: None, **NO_PIXELS}
    others = [
        ct_file(series=2, instance=1, pixels=None, changes=report),
        ct_file(series=2, instance=2, pixels=None, changes={**unknown, 0x0008103E: "Größe"}),
    ]
    for one in (*slices, *others):
        assert store(north, one).is_success
    return [*slices, *others]


def client_of(role: str = "RADIOLOGIST", facility: Facility | None = None) -> Client:
    client = Client()
    client.force_login(make_user(role, facility))
    return client


def download(client: Client, address: str = ADDRESS) -> zipfile.ZipFile:
    answer = client.get(address)
    assert answer.status_code == 200
    assert isinstance(answer, StreamingHttpResponse)
    data = b"".join(answer)
    assert int(answer["Content-Length"]) == len(data)
    read = zipfile.ZipFile(io.BytesIO(data))
    assert read.testzip() is None
    return read


def objects_in(read: zipfile.ZipFile) -> list[bytes]:
    return [read.read(name) for name in read.namelist() if name.startswith("DICOM/")]


def digests(contents: list[bytes]) -> set[bytes]:
    return {hashlib.sha256(one).digest() for one in contents}


def test_the_files_are_what_the_archive_holds(objects: list[bytes]) -> None:
    read = download(client_of())
    assert set(objects_in(read)) == set(objects)
    kept = {bytes(one) for one in Instance.objects.values_list("sha256", flat=True)}
    assert digests(objects_in(read)) == kept
    assert read.namelist() == [
        "DICOMDIR",
        "README.TXT",
        "DICOM/ST000000/SE000000/IM000000",
        "DICOM/ST000000/SE000000/IM000001",
        "DICOM/ST000000/SE000000/IM000002",
        "DICOM/ST000000/SE000001/SR000000",
        "DICOM/ST000000/SE000001/OB000001",
    ]
    numbers = [dcmread(io.BytesIO(one)).InstanceNumber for one in objects_in(read)[:3]]
    assert numbers == [1, 2, 3]


def test_pydicom_finds_every_object_through_the_directory(
    objects: list[bytes], tmp_path: Path
) -> None:
    download(client_of()).extractall(tmp_path)
    found = FileSet(tmp_path / "DICOMDIR")
    assert len(found) == len(objects)
    for one in found:
        loaded = one.load()
        assert loaded.SOPInstanceUID == one.SOPInstanceUID
        assert loaded.file_meta.TransferSyntaxUID == one.ReferencedTransferSyntaxUIDInFile
        assert loaded.file_meta.MediaStorageSOPClassUID == one.ReferencedSOPClassUIDInFile
        assert (loaded.PatientID, loaded.PatientName) == (one.PatientID, one.PatientName)
        assert loaded.SeriesInstanceUID == one.SeriesInstanceUID
    directory = dcmread(tmp_path / "DICOMDIR")
    kinds = [item.DirectoryRecordType for item in directory.DirectoryRecordSequence]
    images = ["IMAGE"] * 3
    assert kinds == [
        *("PATIENT", "STUDY", "SERIES", *images),
        *("SERIES", "SR DOCUMENT", "PRIVATE"),
    ]
    for item in directory.DirectoryRecordSequence:
        for keyword in ("InstanceNumber", "SeriesNumber", "StudyID", "PatientID"):
            assert keyword not in item or str(item[keyword].value)


@pytest.mark.skipif(not shutil.which("dcmmkdir"), reason="dcmtk is not there")
def test_dcmtk_reads_the_directory_and_knows_every_file(
    objects: list[bytes], tmp_path: Path
) -> None:
    read = download(client_of())
    read.extractall(tmp_path)
    shown = subprocess.run(
        ["dcmdump", str(tmp_path / "DICOMDIR")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not shown.stderr
    images = [name for name in read.namelist() if "/IM" in name]
    again = subprocess.run(
        ["dcmmkdir", "--append", "--invent", "--verbose", "+id", ".", *images],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    told = again.stdout + again.stderr
    assert again.returncode == 0, told
    assert told.count("already exists") == len(images), told


def test_a_download_is_recorded(objects: list[bytes]) -> None:
    user = make_user("RADIOLOGIST")
    client = Client()
    client.force_login(user)
    download(client)
    event = AuditEvent.objects.get(detail__form="zip")
    assert event.detail == {"form": "zip", "instances": 5}
    assert (event.study_instance_uid, event.patient_id) == (UID, "P00001")
    assert event.user_id == user.pk


def test_asking_for_the_headers_alone_takes_nothing_along(objects: list[bytes]) -> None:
    answer = client_of().head(ADDRESS)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Type"] == "application/zip"
    assert not AuditEvent.objects.filter(detail__form="zip").exists()


def test_neither_the_name_nor_the_text_says_whose_it_is(objects: list[bytes]) -> None:
    client = client_of()
    answer = client.get(ADDRESS)
    name = answer["Content-Disposition"]
    assert name.startswith('attachment; filename="study-A000001-') and name.endswith('.zip"')
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    text = download(client).read("README.TXT")
    assert text.isascii() and text.count(b"\n") == text.count(b"\r\n")
    assert b"5 in 2 series" in text
    for secret in (b"Patient1", b"P00001", b"A000001", b"Chest", UID.encode()):
        assert secret not in text


def test_what_was_rejected_is_not_taken_along(objects: list[bytes]) -> None:
    """Not even by those who see it: what leaves the house goes to others."""
    Instance.objects.filter(instance_number=2).update(is_hidden=True)
    for role in ("RADIOLOGIST", "ADMIN"):
        assert len(objects_in(download(client_of(role)))) == 4
    Instance.objects.update(is_hidden=True)
    assert client_of("ADMIN").get(ADDRESS).status_code == 404


def test_who_may_not_see_the_study_gets_what_there_is_for_an_unknown_one(
    objects: list[bytes],
) -> None:
    client = client_of("FACILITY", make_facility("South"))
    answers = [
        client.get(address)
        for address in (
            ADDRESS,
            "/viewer/studies/1.2.404/zip",
            "/viewer/studies/x/zip",
            f"{ADDRESS}?facility=x",
            f"{ADDRESS}?facility=%D9%A1",
        )
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert not AuditEvent.objects.filter(detail__form="zip").exists()


def test_of_two_studies_of_one_uid_the_facility_decides(
    objects: list[bytes], north: Facility
) -> None:
    south = make_facility("South")
    other = ct_file(changes={0x0008103E: "of South"})
    store(south, other)
    client = client_of()
    assert objects_in(download(client, f"{ADDRESS}?facility={south.pk}")) == [other]
    assert len(objects_in(download(client, f"{ADDRESS}?facility={north.pk}"))) == 5
    assert len(objects_in(download(client))) == 5
    assert objects_in(download(client_of("FACILITY", south))) == [other]


def test_corrections_go_along_in_the_objects_and_in_the_directory(objects: list[bytes]) -> None:
    correct_study(Study.objects.get(), {"PatientName": "Doe^José"}, actor=SYSTEM)
    read = download(client_of())
    assert {str(dcmread(io.BytesIO(one)).PatientName) for one in objects_in(read)} == {"Doe^José"}
    patient = dcmread(io.BytesIO(read.read("DICOMDIR"))).DirectoryRecordSequence[0]
    assert (patient.PatientName, patient.SpecificCharacterSet) == ("Doe^José", "ISO_IR 192")


def test_a_preamble_that_would_run_is_emptied_and_a_tiff_stays(north: Facility) -> None:
    for number, start in ((1, b"MZ" + b"\x90" * 126), (2, b"II*\0" + b"\1" * 124)):
        assert store(north, start + ct_file(instance=number)[128:]).is_success
    first, second = objects_in(download(client_of()))
    assert first == ct_file(instance=1)
    assert second.startswith(b"II*\0") and second[128:] == ct_file(instance=2)[128:]


def test_a_study_without_numbers_has_a_whole_directory(north: Facility, tmp_path: Path) -> None:
    bare = dict.fromkeys((0x00080020, 0x00080021, 0x00080030, 0x00100020, 0x00200010, 0x00200011))
    for number in (1, 2):
        store(north, ct_file(instance=number, changes={**bare, 0x00200013: None}))
    download(client_of()).extractall(tmp_path)
    records = dcmread(tmp_path / "DICOMDIR").DirectoryRecordSequence
    patient, study, series, *images = records
    assert patient.PatientID == UID
    assert (study.StudyDate, study.StudyTime, study.StudyID) == ("19000101", "000000", "0")
    assert series.SeriesNumber == 1
    assert [one.InstanceNumber for one in images] == [1, 2]
    assert len(FileSet(tmp_path / "DICOMDIR")) == 2


@pytest.mark.parametrize("damage", ["gone", "short"])
def test_a_study_that_is_not_whole_is_refused_before_anything_is_sent(
    objects: list[bytes], damage: str
) -> None:
    path = instance_path(Instance.objects.get(instance_number=3))
    path.chmod(0o640)
    path.unlink() if damage == "gone" else path.write_bytes(b"x")
    answer = client_of().get(ADDRESS)
    assert answer.status_code == 503
    assert b"cannot be read" in answer.content
    assert not AuditEvent.objects.filter(detail__form="zip").exists()


def test_a_large_study_is_never_in_memory(north: Facility) -> None:
    size = 24 * 1024 * 1024
    store(north, ct_file(pixels=bytes(size)))
    client = client_of()
    client.get(ADDRESS).close()
    tracemalloc.start()
    try:
        answer: Any = client.get(ADDRESS)
        lengths = [len(chunk) for chunk in answer]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(lengths) > size and max(lengths) <= 300 * 1024
    assert peak < 8 * 1024 * 1024


def test_only_reading(objects: list[bytes]) -> None:
    assert client_of("ADMIN").post(ADDRESS).status_code == 405
