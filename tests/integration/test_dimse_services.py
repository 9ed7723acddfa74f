"""The DICOM service as other people's programs use it: dcmtk's and pynetdicom's."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association
from pynetdicom.sop_class import (
    CTImageStorage,
    PatientRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
)

from tests.factories.dicom import ROOT, ct_file
from tests.live import LiveServer, free_port, start_server

RLE = Path(str(get_testdata_file("MR_small_RLE.dcm")))
STUDY, OTHER_STUDY = f"{ROOT}.1.1", f"{ROOT}.2.2"
FIND = StudyRootQueryRetrieveInformationModelFind
GET = StudyRootQueryRetrieveInformationModelGet
MOVE = StudyRootQueryRetrieveInformationModelMove

_PEERS = """
import sys
import django
django.setup()
from dimse.models import Peer
from worklist.models import Facility
north, south = (Facility.objects.get(name=name) for name in ("North", "South"))
asks = {"host": "127.0.0.1", "may_query": True, "may_retrieve": True}
Peer.objects.create(name="n", ae_title="NORTH", facility=north, **asks)
Peer.objects.create(name="s", ae_title="SOUTH", facility=south, **asks)
Peer.objects.create(name="r", ae_title="READER", all_facilities=True, may_store=False, **asks)
Peer.objects.create(name="m", ae_title="MODALITY", facility=north, host="127.0.0.1")
Peer.objects.create(name="f", ae_title="FAR", facility=north, host="192.0.2.9", may_query=True)
Peer.objects.create(name="off", ae_title="OFF", facility=north, is_active=False, **asks)
for title, facility in (("SENDTON", north), ("SENDTOS", south)):
    Peer.objects.create(name=title, ae_title=title, facility=facility, host="127.0.0.1",
                        port=int(sys.argv[1]), may_store=False, is_move_destination=True)
"""
_REFUSALS = """
import django
django.setup()
from audit.models import AuditEvent
print([str(vars(event)) for event in AuditEvent.objects.all()])
"""


@dataclass
class Site:
    server: LiveServer
    destination_port: int
    files: dict[str, Path]

    def associate(self, title: str, *contexts, roles=(), handlers=()) -> Association:
        ae = AE(title)
        for uid, *syntaxes in contexts:
            ae.add_requested_context(uid, *syntaxes)
        return ae.associate(
            "127.0.0.1",
            self.server.dicom_port,
            ae_title="NOCTIS_PACS",
            ext_neg=list(roles),
            evt_handlers=list(handlers),
        )

    def run(self, program: str, *words: str, title: str = "NORTH") -> str:
        """Run one of dcmtk's programs; fail with what it says when it fails."""
        command = [program, "-aet", title, "-aec", "NOCTIS_PACS", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    @property
    def address(self) -> tuple[str, str]:
        return "127.0.0.1", str(self.server.dicom_port)


def _keys(level: str, **values: str) -> Dataset:
    ds = Dataset()
    ds.QueryRetrieveLevel = level
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def _body(path: Path) -> bytes:
    """Return the bytes of the data set, without preamble and File Meta Information."""
    data = path.read_bytes()
    length = int.from_bytes(data[140:144], "little")
    return data[144 + length :]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("files")
    files = {}
    for number in (1, 2, 3):
        files[f"{STUDY}.1.{number}"] = folder / f"north{number}.dcm"
        files[f"{STUDY}.1.{number}"].write_bytes(ct_file(instance=number))
    files[f"{OTHER_STUDY}.1.1"] = folder / "south.dcm"
    files[f"{OTHER_STUDY}.1.1"].write_bytes(ct_file(patient=2, study=2))
    environment = {"NOCTIS_DICOM_ALLOW_LOOPBACK": "0"}
    with start_server(
        tmp_path_factory.mktemp("noctis"), dicom=True, environment=environment
    ) as server:
        port = free_port()
        server.populate(facilities=["North", "South"])
        server.python(_PEERS, str(port))
        site = Site(server, port, files)
        north = [str(path) for name, path in files.items() if name.startswith(STUDY)]
        site.run("storescu", *site.address, *north, title="MODALITY")
        site.run("storescu", *site.address, str(files[f"{OTHER_STUDY}.1.1"]), title="SOUTH")
        site.run("storescu", "-xr", *site.address, str(RLE), title="MODALITY")
        yield site


def test_echo(site: Site) -> None:
    site.run("echoscu", *site.address)


def _find(site: Site, title: str, keys: Dataset, model: str = FIND) -> list[Dataset]:
    association = site.associate(title, (model,))
    assert association.is_established
    answers = list(association.send_c_find(keys, model))
    association.release()
    assert answers[-1][0].Status == 0
    assert all(status.Status in {0xFF00, 0xFF01} for status, _ in answers[:-1])
    return [found for _, found in answers[:-1]]


def test_findscu_finds_the_study(site: Site) -> None:
    said = site.run(
        "findscu", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName=PATIENT1*",
        "-k", "StudyInstanceUID", *site.address,
    )  # fmt: skip
    assert STUDY in said


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({}, 2),
        ({"StudyInstanceUID": STUDY}, 1),
        ({"StudyInstanceUID": f"{STUDY}\\{ROOT}.99"}, 1),
        ({"PatientName": "pat*t1^*"}, 1),
        ({"PatientName": "Patient?^Paula"}, 1),
        ({"StudyDate": "20260202-20260202"}, 1),
        ({"StudyDate": "-19991231"}, 0),
        ({"StudyDate": "20260202-", "StudyTime": "010000-020000"}, 1),
        ({"ModalitiesInStudy": "CT"}, 1),
        ({"ModalitiesInStudy": "US"}, 0),
        ({"AccessionNumber": "A000001"}, 1),
    ],
)
def test_matching_of_studies(site: Site, values: dict[str, str], count: int) -> None:
    found = _find(site, "NORTH", _keys("STUDY", **{"StudyInstanceUID": "", **values}))
    assert len(found) == count


def test_find_below_and_above_the_study(site: Site) -> None:
    series = _find(site, "NORTH", _keys("SERIES", StudyInstanceUID=STUDY, SeriesInstanceUID=""))
    assert [one.SeriesInstanceUID for one in series] == [f"{STUDY}.1"]
    image = _keys(
        "IMAGE", StudyInstanceUID=STUDY, SeriesInstanceUID=f"{STUDY}.1", SOPInstanceUID=""
    )
    assert {one.SOPInstanceUID for one in _find(site, "NORTH", image)} == {
        name for name in site.files if name.startswith(STUDY)
    }
    patients = _find(
        site,
        "NORTH",
        _keys("PATIENT", PatientID="P00001", PatientName="", NumberOfPatientRelatedInstances=""),
        PatientRootQueryRetrieveInformationModelFind,
    )
    assert [str(one.PatientName) for one in patients] == ["Patient1^Paula"]
    assert patients[0].NumberOfPatientRelatedInstances == 3


def test_getscu_brings_the_bytes_back(site: Site, tmp_path: Path) -> None:
    site.run(
        "getscu", "-S", "-B", "-od", str(tmp_path), "-k", "QueryRetrieveLevel=STUDY",
        "-k", f"StudyInstanceUID={STUDY}", *site.address,
    )  # fmt: skip
    assert _received(tmp_path) == _sent(site, STUDY)


def test_movescu_sends_the_bytes_to_a_destination(site: Site, tmp_path: Path) -> None:
    with _storescp(site, tmp_path):
        site.run(
            "movescu", "-S", "-aem", "SENDTON", "-k", "QueryRetrieveLevel=STUDY",
            "-k", f"StudyInstanceUID={STUDY}", *site.address,
        )  # fmt: skip
    assert _received(tmp_path) == _sent(site, STUDY)


class _storescp:  # noqa: N801 - it is the program's name
    """dcmtk's storage SCP where the move destinations are said to be."""

    def __init__(self, site: Site, folder: Path) -> None:
        port = str(site.destination_port)
        self.command = ["storescp", "-B", "-aet", "SENDTON", "-od", str(folder), port]

    def __enter__(self) -> None:
        self.process = subprocess.Popen(self.command)
        echo = ["echoscu", "127.0.0.1", self.command[-1]]
        for _ in range(100):
            if subprocess.run(echo, capture_output=True).returncode == 0:
                return
        raise AssertionError("storescp did not start")

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def _received(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.iterdir() if path.is_file()]
    return {str(dcmread(path).SOPInstanceUID): _body(path) for path in paths}


def _sent(site: Site, study: str) -> dict[str, bytes]:
    return {uid: _body(path) for uid, path in site.files.items() if uid.startswith(study)}


def _get(
    site: Site, title: str, keys: Dataset, *storage: tuple[str, ...]
) -> tuple[Dataset, list[Dataset], list[Dataset]]:
    """Return the final status, the statuses before and what was received."""
    received: list[Dataset] = []

    def keep(event: evt.Event) -> int:
        stream = BytesIO(event.encoded_dataset())
        received.append(dcmread(stream))
        return 0x0000

    roles = [build_role(uid, scp_role=True) for uid, *_ in storage]
    association = site.associate(
        title, (GET,), *storage, roles=roles, handlers=[(evt.EVT_C_STORE, keep)]
    )
    assert association.is_established
    statuses = [status for status, _ in association.send_c_get(keys, GET)]
    association.release()
    return statuses[-1], statuses[:-1], received


def test_get_counts_and_transcodes_for_who_cannot_take_it_as_stored(site: Site) -> None:
    stored = dcmread(RLE)
    keys = _keys("STUDY", StudyInstanceUID=stored.StudyInstanceUID)
    final, _, received = _get(site, "NORTH", keys, (MRImageStorage, ExplicitVRLittleEndian))
    assert final.Status == 0
    assert final.NumberOfCompletedSuboperations == 1
    assert received[0].file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    np.testing.assert_array_equal(received[0].pixel_array, stored.pixel_array)
    assert received[0].PatientName == stored.PatientName


def test_get_says_which_instances_failed(site: Site) -> None:
    keys = _keys("STUDY", StudyInstanceUID=STUDY)
    final, _, received = _get(site, "NORTH", keys, (MRImageStorage, ExplicitVRLittleEndian))
    assert final.Status == 0xA702
    assert final.NumberOfFailedSuboperations == 3
    assert not received


def test_get_tells_of_its_progress(site: Site) -> None:
    keys = _keys("STUDY", StudyInstanceUID=STUDY)
    final, pending, received = _get(site, "NORTH", keys, (CTImageStorage, ExplicitVRLittleEndian))
    assert [status.NumberOfRemainingSuboperations for status in pending] == [2, 1]
    assert (final.Status, final.NumberOfCompletedSuboperations, len(received)) == (0, 3, 3)


def _move(site: Site, title: str, destination: str, study: str = STUDY) -> Dataset:
    association = site.associate(title, (MOVE,))
    assert association.is_established
    keys = _keys("STUDY", StudyInstanceUID=study)
    statuses = [status for status, _ in association.send_c_move(keys, destination, MOVE)]
    association.release()
    return statuses[-1]


def test_move_to_nowhere(site: Site) -> None:
    assert _move(site, "NORTH", "NOBODY").Status == 0xA801
    # Known, but nobody is there now.
    silent = _move(site, "NORTH", "SENDTON")
    assert (silent.Status, silent.NumberOfFailedSuboperations) == (0xA702, 3)


# Isolation: a peer reaches its own facility's studies and sends them to its own facility's peers.


def test_a_peer_finds_its_own_facility_alone(site: Site) -> None:
    everything = _keys("STUDY", StudyInstanceUID="")
    found = {
        title: {one.StudyInstanceUID for one in _find(site, title, everything)}
        for title in ("NORTH", "SOUTH", "READER")
    }
    north = {STUDY, str(dcmread(RLE).StudyInstanceUID)}
    assert found == {"NORTH": north, "SOUTH": {OTHER_STUDY}, "READER": north | {OTHER_STUDY}}
    named = _keys("STUDY", StudyInstanceUID=STUDY)
    assert _find(site, "SOUTH", named) == []
    below = _keys("SERIES", StudyInstanceUID=STUDY, SeriesInstanceUID="")
    assert _find(site, "SOUTH", below) == []


def test_a_peer_gets_and_moves_its_own_facility_alone(site: Site) -> None:
    keys = _keys("STUDY", StudyInstanceUID=STUDY)
    unknown = _keys("STUDY", StudyInstanceUID=f"{ROOT}.404")
    answers = [
        _get(site, "SOUTH", asked, (CTImageStorage, ExplicitVRLittleEndian))
        for asked in (keys, unknown)
    ]
    assert answers[0] == answers[1], "a foreign study is answered like one that does not exist"
    assert answers[0][2] == []
    assert _move(site, "SOUTH", "SENDTOS") == _move(site, "SOUTH", "SENDTOS", f"{ROOT}.404")


def test_nothing_is_sent_to_another_facility(site: Site) -> None:
    assert _move(site, "NORTH", "SENDTOS").Status == 0xA801


@pytest.mark.parametrize("title", ["STRANGER", "FAR", "OFF"])
def test_who_is_not_registered_here_is_refused(site: Site, title: str) -> None:
    # dcmtk asks here: pynetdicom takes an answer that comes before its own thread has seen the
    # connection for a connection that failed, and then knows nothing of the rejection.
    command = ["echoscu", "-aet", title, "-aec", "NOCTIS_PACS", *site.address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "Association Rejected" in done.stderr, done.stdout + done.stderr
    assert "Calling AE Title Not Recognized" in done.stderr
    assert title in site.server.python(_REFUSALS)


def test_rights_decide_which_contexts_are_accepted(site: Site) -> None:
    association = site.associate("MODALITY", (FIND,), (MOVE,), (GET,), (CTImageStorage,))
    accepted = {str(context.abstract_syntax) for context in association.accepted_contexts}
    association.release()
    assert accepted == {str(CTImageStorage)}
    association = site.associate("READER", (FIND,), (CTImageStorage,))
    accepted = {str(context.abstract_syntax) for context in association.accepted_contexts}
    association.release()
    assert accepted == {str(FIND)}


def test_get_can_be_cancelled(site: Site) -> None:
    keys = _keys("STUDY", StudyInstanceUID=STUDY)
    cancelled = []

    def stop(event: evt.Event) -> int:
        if not cancelled:
            event.assoc.send_c_cancel(7, query_model=GET)
            cancelled.append(True)
        return 0x0000

    association = site.associate(
        "NORTH", (GET,), (CTImageStorage, ExplicitVRLittleEndian),
        roles=[build_role(CTImageStorage, scp_role=True)],
        handlers=[(evt.EVT_C_STORE, stop)],
    )  # fmt: skip
    statuses = [status for status, _ in association.send_c_get(keys, GET, msg_id=7)]
    association.release()
    assert statuses[-1].Status == 0xFE00
    assert statuses[-1].NumberOfRemainingSuboperations > 0
