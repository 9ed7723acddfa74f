"""kill -9 of the DICOM service while it ingests: nothing acknowledged is lost, torn or doubled.

The oracle is the client's ledger: a line is fsynced for every answer of success, before the next
object is sent. Afterwards every line must find its object in the archive, whole, once.
"""

import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomIO
from pydicom.filewriter import write_dataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from pynetdicom import AE

from tests.databases import fresh_database_url

PROJECT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("NOCTIS_KILL_ROUNDS", "40"))
SENDERS = 2
SEED = 20261123

pytestmark = pytest.mark.slow


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _dataset(study: str, series: str, number: int) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.PatientName, ds.PatientID = "Kill^Nine", "K9"
    ds.StudyDate, ds.StudyTime, ds.AccessionNumber = "20261123", "101500", "K9"
    ds.Modality, ds.InstanceNumber, ds.ConversionType = "OT", number, "WSD"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored = 128, 128, 8, 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.PixelData = random.Random(number).randbytes(128 * 128)
    return ds


def _bytes_of(ds: Dataset) -> bytes:
    """Return the data set as it travels (explicit VR little endian)."""
    buffer = BytesIO()
    stream = DicomIO(buffer)
    stream.is_implicit_VR, stream.is_little_endian = False, True
    write_dataset(stream, ds)
    return buffer.getvalue()


class _Sender(threading.Thread):
    """Sends objects on one association until the service goes away; keeps the ledger."""

    def __init__(self, port: int, study: str, ledger: Path, count: int = 400) -> None:
        super().__init__(daemon=True)
        self.port, self.study, self.ledger, self.count = port, study, ledger, count

    def run(self) -> None:
        """Send until an answer does not come."""
        ae = AE("LEDGER")
        ae.add_requested_context(SecondaryCaptureImageStorage, ExplicitVRLittleEndian)
        association = ae.associate("127.0.0.1", self.port, ae_title="NOCTIS_PACS")
        if not association.is_established:
            return
        series = generate_uid()
        with self.ledger.open("a") as ledger:
            for number in range(self.count):
                if not self._send(association, series, number, ledger):
                    break
        association.abort()

    def _send(self, association, series: str, number: int, ledger) -> bool:
        ds = _dataset(self.study, series, number)
        digest = hashlib.sha256(_bytes_of(ds)).hexdigest()
        try:
            status = association.send_c_store(ds)
        except (RuntimeError, OSError):
            return False
        if not status or status.Status != 0:
            return False
        ledger.write(json.dumps([ds.SOPInstanceUID, digest]) + "\n")
        ledger.flush()
        os.fsync(ledger.fileno())
        return True


def _start(environment: dict[str, str], port: int) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "start_dicom_service"], cwd=PROJECT, env=environment
    )
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, "the DICOM service ended by itself"
            time.sleep(0.05)
        else:
            return process
    raise AssertionError("the DICOM service did not listen")


_INSPECT = """
import hashlib, json, sys
from archive import access
from archive.models import Instance, Study
from archive.reconcile import reconcile
reconcile()
rows = []
for instance in Instance.objects.order_by("id"):
    with access.open_instance(instance) as stream:
        data = stream.read()
    digest = hashlib.sha256(data).digest() == bytes(instance.sha256)
    meta = 132 + 12 + int.from_bytes(data[140:144], "little")
    rows.append([instance.sop_instance_uid, digest, hashlib.sha256(data[meta:]).hexdigest()])
counts = [[s.instance_count, s.instances.count(), s.series_count, s.series.count(),
           sum(x.instance_count for x in s.series.all())] for s in Study.objects.all()]
json.dump({"rows": rows, "counts": counts}, sys.stdout)
"""


@pytest.fixture
def environment(tmp_path):
    """Return the environment of a service with a database and a folder of its own."""
    with fresh_database_url() as url:
        variables = {
            **os.environ,
            "NOCTIS_DATA_DIR": str(tmp_path / "data"),
            "NOCTIS_DATABASE_URL": url,
            "NOCTIS_DICOM_PORT": str(_free_port()),
            "DJANGO_SETTINGS_MODULE": "noctisview.settings",
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "-v0"], cwd=PROJECT, env=variables, check=True)
        code = "from worklist.models import Facility; Facility.objects.create(name='Ledger')"
        subprocess.run(
            [*manage, "shell", "-v0", "-c", code], cwd=PROJECT, env=variables, check=True
        )
        yield variables


def test_kill_9_during_ingest_loses_tears_and_doubles_nothing(environment, tmp_path):
    port = int(environment["NOCTIS_DICOM_PORT"])
    chance = random.Random(SEED)
    study = generate_uid()
    ledgers = [tmp_path / f"ledger-{n}" for n in range(SENDERS)]
    for _ in range(ROUNDS):
        process = _start(environment, port)
        senders = [_Sender(port, study, ledger) for ledger in ledgers]
        for sender in senders:
            sender.start()
        time.sleep(chance.uniform(0.05, 0.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
        for sender in senders:
            sender.join(30)
    acknowledged = {}
    for ledger in ledgers:
        lines = ledger.read_text().splitlines() if ledger.exists() else []
        acknowledged.update(json.loads(line) for line in lines)
    assert len(acknowledged) > ROUNDS, "the rounds were too short to tell anything"
    out = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", _INSPECT],
        cwd=PROJECT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = json.loads(out[out.index("{") :])
    stored = {uid: digest for uid, _, digest in found["rows"]}
    assert all(whole for _, whole, _ in found["rows"]), "torn"
    assert len(stored) == len(found["rows"]), "doubled"
    assert {uid: stored.get(uid) for uid in acknowledged} == acknowledged, "lost or altered"
    for counts in found["counts"]:
        assert counts[0] == counts[1] == counts[4]
        assert counts[2] == counts[3]
