"""Attachments and a real clamd: what is found, what passes, what waits when it is gone."""

import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from archive.attachments import reading, scanning
from archive.models import Attachment
from archive.tasks import scan_due_attachments
from audit.models import AuditEvent
from noctisview.launcher.testing.system_packages import find_program
from notifications.models import OutboxEvent
from tests.factories.attaching import attach_bytes
from tests.factories.folders import archive_folders
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user

__all__ = ["archive_folders"]

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]

# The standard antivirus test file, put together here so that no file of ours is one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
STREAM_LIMIT = "1M"


class Clamd:
    """A clamd with a database of one signature, on a socket in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        program = find_program("clamd")
        if program is None:
            pytest.skip("needs clamd")
        self.program, self.socket = program, folder / "clamd.sock"
        database = folder / "database"
        database.mkdir()
        signature = f"Test.Eicar:0:0:{EICAR.hex()}\n"
        (database / "own.ndb").write_text(signature, "ascii")
        self.config = folder / "clamd.conf"
        self.config.write_text(
            f"Foreground yes\nLocalSocket {self.socket}\nDatabaseDirectory {database}\n"
            f"StreamMaxLength {STREAM_LIMIT}\nLogFile {folder / 'clamd.log'}\nMaxThreads 2\n"
            f"TemporaryDirectory {folder}\n",
            "ascii",
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"unix:{self.socket}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "--config-file", self.config],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not self.socket.exists():
            assert self.process.poll() is None and time.monotonic() < deadline, (
                "clamd did not start"
            )
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    clamd = Clamd(tmp_path_factory.mktemp("clamd"))
    yield clamd
    clamd.kill()


@pytest.fixture
def clamd(running: Clamd, settings: Any, archive_folders: Path, monkeypatch: Any) -> Clamd:
    if running.process is None:
        running.start()
    settings.CLAMD_ADDRESS = running.address
    settings.CLAMD_TIMEOUT_S = 20
    # As the worker would, but when the test says so.
    monkeypatch.setattr("archive.attachments.services.scan_soon", lambda pk: None)
    return running


def _attached(data: bytes) -> Attachment:
    north = make_facility()
    row = attach_bytes(make_study(north), make_user("FACILITY", north), data)
    assert row.state == Attachment.State.PENDING and not reading.is_deliverable(row)
    return row


def _scanned(row: Attachment) -> Attachment:
    scanning.scan_due()
    row.refresh_from_db()
    return row


def test_the_test_virus_is_caught_and_kept(clamd: Clamd) -> None:
    row = _scanned(_attached(EICAR))
    assert (row.state, row.scan_due_at) == (Attachment.State.INFECTED, None)
    assert "Test.Eicar" in row.scan_note and not reading.is_deliverable(row)
    assert reading.attachment_path(row).exists()
    assert OutboxEvent.objects.get(topic="attachment.infected").payload["attachment_id"] == row.pk
    assert AuditEvent.objects.filter(detail__scan="infected", outcome__gt=0).exists()


def test_a_clean_file_passes_and_is_scanned_once(clamd: Clamd) -> None:
    row = _scanned(_attached(b"clean " * 50_000))
    assert row.state == Attachment.State.CLEAN and reading.is_deliverable(row)
    assert not scanning.scan_attachment(row.pk)
    assert OutboxEvent.objects.filter(topic="attachment.scanned").count() == 1


def test_a_file_larger_than_the_scanner_takes_is_said_to_be_unscanned(clamd: Clamd) -> None:
    row = _scanned(_attached(b"long " * 800_000))
    assert row.state == Attachment.State.UNSCANNED and row.scan_note and row.scan_due_at is None


def test_a_scanner_that_is_killed_is_waited_for(clamd: Clamd) -> None:
    clamd.kill()
    row = _scanned(_attached(EICAR))
    assert (row.state, row.scan_attempts) == (Attachment.State.PENDING, 1)
    assert row.scan_due_at > timezone.now() + timedelta(seconds=5)
    assert scanning.scan_due() == 0, "it is not tried again before its time"
    clamd.start()
    Attachment.objects.update(scan_due_at=timezone.now())
    scan_due_attachments.call_local()
    row.refresh_from_db()
    assert (row.state, row.scan_attempts) == (Attachment.State.INFECTED, 2)


def test_a_worker_that_died_while_scanning_costs_time_only(clamd: Clamd) -> None:
    row = _attached(b"clean")
    assert scanning._claim(row.pk) is not None
    assert scanning._claim(row.pk) is None, "nobody else takes it meanwhile"
    Attachment.objects.update(scan_due_at=timezone.now())
    assert _scanned(row).state == Attachment.State.CLEAN


def test_what_came_before_the_scanner_is_scanned_once_there_is_one(
    clamd: Clamd, settings: Any
) -> None:
    settings.CLAMD_ADDRESS = ""
    north = make_facility()
    row = attach_bytes(make_study(north), make_user("FACILITY", north), EICAR)
    assert row.state == Attachment.State.UNSCANNED
    settings.CLAMD_ADDRESS = clamd.address
    assert _scanned(row).state == Attachment.State.INFECTED


def test_nonsense_from_the_other_side_is_not_a_verdict(
    archive_folders: Path, settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("archive.attachments.services.scan_soon", lambda pk: None)
    for address in ("nowhere", "127.0.0.1:1", "unix:/nonexistent"):
        settings.CLAMD_ADDRESS = address
        assert _scanned(_attached(b"x")).state == Attachment.State.PENDING
