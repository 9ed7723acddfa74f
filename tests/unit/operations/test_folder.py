"""Importing a folder: every file is accounted for, and one that is bad stops no other."""

import os

import pytest

from archive.errors import ArchiveFullError
from archive.models import Instance, Study
from archive.outcome import OutcomeKind
from operations import folder as folder_module
from operations.folder import FileReport, import_folder
from tests.factories.dicom import ct_file

SOP_CLASS = 0x00080016


def instance(number):
    return ct_file(instance=number)


def imported(folder, facility):
    """Import; return the summary, and each file's report by its name."""
    reports = []
    summary = import_folder(folder, facility.pk, reports.append)
    return summary, {report.path.name: report for report in reports}


def test_every_file_below_goes_in(facility, tmp_path):
    deep = tmp_path / "in" / "a" / "b"
    deep.mkdir(parents=True)
    for number in range(40):  # more than are waited for at a time
        (deep.parent if number % 2 else deep).joinpath(f"{number:02}.dcm").write_bytes(
            instance(number)
        )
    summary, reports = imported(tmp_path / "in", facility)
    assert summary.outcomes == {OutcomeKind.STORED: 40}
    assert (summary.files, summary.skipped.total()) == (40, 0)
    assert summary.content_bytes == 40 * len(instance(10))
    assert len(reports) == 40
    assert Instance.objects.filter(facility=facility).count() == 40


def test_importing_again_adds_nothing(facility, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one").write_bytes(instance(1))
    assert imported(tmp_path / "in", facility)[0].outcomes == {OutcomeKind.STORED: 1}
    assert imported(tmp_path / "in", facility)[0].outcomes == {OutcomeKind.DUPLICATE: 1}
    assert Instance.objects.count() == 1


@pytest.fixture
def mixed(tmp_path):
    """A folder with one good file among all that is wrong with files."""
    folder = tmp_path / "in"
    (folder / "closed").mkdir(parents=True)
    good = instance(1)
    (folder / "good.dcm").write_bytes(good)
    (folder / "cut.dcm").write_bytes(instance(2)[:180])
    (folder / "preamble.dcm").write_bytes(good[:132])
    (folder / "notes.txt").write_bytes(b"Findings: none.\n" * 40)
    (folder / "empty.dcm").write_bytes(b"")
    (folder / "dangling.dcm").symlink_to(folder / "absent")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    return folder


def test_what_is_malformed_is_reported_with_its_reason_and_the_rest_goes_in(facility, mixed):
    summary, reports = imported(mixed, facility)
    assert Instance.objects.count() == 1
    kinds = {name: report.kind for name, report in reports.items()}
    assert kinds == {
        "good.dcm": OutcomeKind.STORED,
        "cut.dcm": OutcomeKind.REFUSED,
        "preamble.dcm": OutcomeKind.REFUSED,
        "notes.txt": None,
        "empty.dcm": None,
        "dangling.dcm": None,
        "loop": None,
        "pipe": None,
    }
    for name, report in reports.items():
        assert bool(report.reason and report.message) == (name != "good.dcm")
        assert report.is_worth_a_line == (name != "good.dcm")
    assert reports["empty.dcm"].reason == "empty"
    assert reports["pipe"].reason == "not-a-file"
    assert summary.files == 8
    assert summary.skipped.total() == 5


def test_a_dicomdir_is_no_instance(facility, tmp_path):
    (tmp_path / "in").mkdir()
    listing = ct_file(changes={SOP_CLASS: "1.2.840.10008.1.3.10"})
    (tmp_path / "in" / "DICOMDIR").write_bytes(listing)
    _, reports = imported(tmp_path / "in", facility)
    assert reports["DICOMDIR"].reason == "media-directory"
    assert not Study.objects.exists()


def test_what_cannot_be_read_is_reported(facility, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.dcm").write_bytes(instance(1))
    (tmp_path / "in" / "good.dcm").write_bytes(instance(2))
    store = folder_module.store_stream

    def broken_disk(stream, origin):
        if stream.name.endswith("bad.dcm"):
            raise OSError(5, "Input/output error")
        return store(stream, origin)

    monkeypatch.setattr(folder_module, "store_stream", broken_disk)
    summary, reports = imported(tmp_path / "in", facility)
    assert reports["bad.dcm"] == FileReport(
        tmp_path / "in" / "bad.dcm", None, "unreadable", "Input/output error"
    )
    assert summary.outcomes == {OutcomeKind.STORED: 1}


def test_a_folder_that_cannot_be_listed_is_reported(facility, tmp_path, monkeypatch):
    (tmp_path / "in" / "closed").mkdir(parents=True)
    (tmp_path / "in" / "good.dcm").write_bytes(instance(2))
    scandir = os.scandir

    def closed(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(folder_module.os, "scandir", closed)
    summary, reports = imported(tmp_path / "in", facility)
    assert reports["closed"].message == "Permission denied"
    assert summary.outcomes == {OutcomeKind.STORED: 1}


def test_a_full_archive_ends_the_import(facility, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    for number in range(60):
        (tmp_path / "in" / f"{number:02}").write_bytes(instance(number))
    tried = []

    def full(stream, origin):
        tried.append(stream.name)
        raise ArchiveFullError("The archive is full")

    monkeypatch.setattr(folder_module, "store_stream", full)
    with pytest.raises(ArchiveFullError):
        import_folder(tmp_path / "in", facility.pk)
    assert len(tried) < 60


def test_a_file_is_no_folder(facility, tmp_path):
    (tmp_path / "file").write_bytes(instance(1))
    with pytest.raises(NotADirectoryError):
        import_folder(tmp_path / "file", facility.pk)
