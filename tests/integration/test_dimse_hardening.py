"""What hostile or broken peers send to the DICOM service: it goes on serving everybody else."""

import random
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.sop_class import CTImageStorage, Verification

from dimse.upper_layer.pdu import (
    AssociateRequest,
    ProposedContext,
    UserInformation,
    encode_associate_request,
)
from tests.factories.dicom import CT_IMAGE, EXPLICIT_LITTLE, ct_file
from tests.live import LiveServer, start_server

pytestmark = pytest.mark.once

MEBIBYTE = 1024 * 1024
_COUNTS = """
import django
django.setup()
from django.conf import settings
from archive.models import Instance, QuarantinedObject
files = (path for path in settings.SPOOL_DIR.rglob("*") if path.is_file())
spooled = [path for path in files if path.suffix != ".lock"]
objects = [path for path in settings.ARCHIVE_DIR.rglob("*") if path.is_file()]
print(Instance.objects.count(), QuarantinedObject.objects.count(), len(spooled), len(objects))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    limits = {
        "NOCTIS_DICOM_PDU_TIMEOUT": "2",
        "NOCTIS_DICOM_IDLE_TIMEOUT": "5",
        "NOCTIS_DICOM_MAX_PER_PEER": "150",
    }
    folder = tmp_path_factory.mktemp("noctis")
    with start_server(folder, dicom=True, environment=limits) as server:
        server.populate(facilities=["North"])
        yield server


@pytest.fixture(autouse=True)
def still_serves(server: LiveServer) -> Iterator[None]:
    """Whatever a test did: the process lives, and the next peer is served."""
    yield
    assert all(process.poll() is None for process in server.processes)
    # The service may need a moment to see that the connections of a flood have closed.
    _eventually(lambda: _echoes(server))


def _echoes(server: LiveServer) -> bool:
    ae = AE("NEXT")
    ae.add_requested_context(Verification)
    association = ae.associate("127.0.0.1", server.dicom_port, ae_title="NOCTIS_PACS")
    if not association.is_established:
        return False
    status = association.send_c_echo().Status
    association.release()
    return bool(status == 0)


def _connect(server: LiveServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.dicom_port), timeout=20)


def _associate_request(count: int = 1) -> bytes:
    contexts = tuple(
        ProposedContext(2 * number + 1, CT_IMAGE, (EXPLICIT_LITTLE,)) for number in range(count)
    )
    user = UserInformation(16384, "1.2.826.0.1.3680043.10.9999.1", "TEST")
    return encode_associate_request(AssociateRequest("NOCTIS_PACS", "ROGUE", contexts, user))


def _until_closed(sock: socket.socket) -> bytes:
    """Return what the service says before it closes; it must close."""
    said = b""
    try:
        while chunk := sock.recv(65536):
            said += chunk
    except ConnectionResetError:
        pass
    return said


def _memory(server: LiveServer) -> int:
    """Return the resident bytes of the server's processes."""
    lines = [
        line
        for process in server.processes
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
    ]
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


@pytest.mark.parametrize("kind", [1, 2, 4, 5, 7, 9, 255])
def test_a_length_beyond_all_measure_is_not_believed(server: LiveServer, kind: int) -> None:
    before = _memory(server)
    with _connect(server) as sock:
        sock.sendall(struct.pack(">BxL", kind, 0xFFFFFFFF) + b"x" * 1000)
        _until_closed(sock)
    assert _memory(server) - before < 64 * MEBIBYTE


def test_a_peer_that_trickles_is_cut_off(server: LiveServer) -> None:
    request = _associate_request()
    with _connect(server) as sock:
        sock.sendall(request)
        assert sock.recv(1) == b"\x02"
        sock.settimeout(0.5)
        sock.recv(65536)
        sock.sendall(struct.pack(">BxL", 4, 10_000))
        deadline = time.monotonic() + 30
        with pytest.raises(OSError):
            while time.monotonic() < deadline:
                sock.sendall(b"x")
                time.sleep(0.2)


def test_silent_peers_do_not_keep_others_out(server: LiveServer) -> None:
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(_connect(server)).sendall(b"\x01\x00")
        ae = AE("OTHER")
        ae.add_requested_context(Verification)
        association = ae.associate("127.0.0.1", server.dicom_port, ae_title="NOCTIS_PACS")
        assert association.is_established
        association.release()


def test_a_hundred_associations_at_once(server: LiveServer) -> None:
    with ExitStack() as stack:
        socks = [stack.enter_context(_connect(server)) for _ in range(100)]
        for sock in socks:
            sock.sendall(_associate_request())
        assert {sock.recv(1) for sock in socks} == {b"\x02"}


def test_more_connections_than_a_peer_may_have_are_refused(server: LiveServer) -> None:
    with ExitStack() as stack:
        socks = [stack.enter_context(_connect(server)) for _ in range(170)]
        for sock in socks:
            sock.sendall(_associate_request())
        answers = [sock.recv(1) for sock in socks]
    assert answers.count(b"\x02") <= 150
    assert answers.count(b"\x03") >= 20  # A-ASSOCIATE-RJ


def test_mutated_bytes_end_an_association_and_nothing_else(server: LiveServer) -> None:
    chance = random.Random(20261124)
    whole = _associate_request(3) + _store_pdus(ct_file())
    for _ in range(80):
        data = bytearray(whole[: chance.randrange(20, len(whole))])
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with _connect(server) as sock:
            sock.settimeout(5)
            try:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                _until_closed(sock)
            except (TimeoutError, ConnectionError, OSError):
                pass


def _command(uid: str, *, sop_class: str = CT_IMAGE) -> bytes:
    def element(number: int, value: bytes) -> bytes:
        value += b"\0" * (len(value) % 2)
        return struct.pack("<HHI", 0, number, len(value)) + value

    body = (
        element(0x0002, sop_class.encode())
        + element(0x0100, struct.pack("<H", 1))
        + element(0x0110, struct.pack("<H", 1))
        + element(0x0700, struct.pack("<H", 0))
        + element(0x0800, struct.pack("<H", 1))
        + element(0x1000, uid.encode())
    )
    return element(0x0000, struct.pack("<I", len(body))) + body


def _data_pdu(control: int, data: bytes) -> bytes:
    return struct.pack(">BxLLBB", 4, len(data) + 6, len(data) + 2, 1, control) + data


def _store_pdus(part10: bytes, uid: str = "") -> bytes:
    length = int.from_bytes(part10[140:144], "little")
    instance = uid or str(dcmread(_stream(part10)).SOPInstanceUID)
    return _data_pdu(3, _command(instance)) + _data_pdu(2, part10[144 + length :])


def _stream(data: bytes) -> BytesIO:

    return BytesIO(data)


def _counts(server: LiveServer) -> list[int]:
    return [int(word) for word in server.python(_COUNTS).split()]


def test_a_store_that_is_broken_off_leaves_nothing(server: LiveServer) -> None:
    before = _counts(server)
    for goodbye in ("abort", "reset", "silence"):
        _break_off(server, goodbye)
    _eventually(lambda: _counts(server) == before)


def _break_off(server: LiveServer, goodbye: str) -> None:
    big = ct_file(patient=5, study=5, pixels=bytes(2 * MEBIBYTE))
    pdus = _data_pdu(3, _command(str(dcmread(_stream(big)).SOPInstanceUID)))
    pdus += _data_pdu(0, big[400:100_400])  # a fragment, and not the last one
    with _connect(server) as sock:
        sock.sendall(_associate_request())
        assert sock.recv(1) == b"\x02"
        sock.sendall(pdus)
        if goodbye == "abort":
            sock.sendall(struct.pack(">BxLBBBB", 7, 4, 0, 0, 0, 0))
            _until_closed(sock)
        elif goodbye == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            _until_closed(sock)  # until the deadline of a PDU


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_a_uid_that_is_none_or_another_is_refused(server: LiveServer) -> None:
    before = _counts(server)
    strange = ["../../etc/passwd", "1.2.3\0.4", "1." * 40 + "1", "", "1.2.826.0.1.404"]
    for uid in strange:
        part10 = ct_file(patient=6, study=6)
        length = int.from_bytes(part10[140:144], "little")
        pdus = _data_pdu(3, _command(uid)) + _data_pdu(2, part10[144 + length :])
        status = _status(_answer(server, pdus))
        assert status is None or status not in {0x0000, 0xB000}, uid
    assert _counts(server) == before


def _answer(server: LiveServer, pdus: bytes) -> bytes:
    """Return what the service answers on a new association."""
    with _connect(server) as sock:
        sock.sendall(_associate_request())
        assert sock.recv(1) == b"\x02"
        time.sleep(0.1)
        sock.recv(65536)
        sock.sendall(pdus)
        return sock.recv(65536)


def _status(answer: bytes) -> int | None:
    """Return (0000,0900) of a response, None when it was an abort instead."""
    if answer[:1] != b"\x04":
        return None
    at = answer.index(struct.pack("<HHI", 0, 0x0900, 2)) + 8
    return int.from_bytes(answer[at : at + 2], "little")


def test_the_same_instance_with_other_pixels_overwrites_nothing(server: LiveServer) -> None:
    first = ct_file(patient=9, study=9, pixels=b"\1\0" * 16)
    second = ct_file(patient=9, study=9, pixels=b"\2\0" * 16)
    statuses = [_status(_answer(server, _store_pdus(one))) for one in (first, second, first)]
    assert statuses == [0x0000, 0xC003, 0x0000]


def test_the_disk_is_full(tmp_path: Path) -> None:
    limits = {"NOCTIS_MIN_FREE_MB": str(10**9)}
    with start_server(tmp_path, dicom=True, environment=limits) as server:
        server.populate(facilities=["North"])
        ae = AE("CT")
        ae.add_requested_context(CTImageStorage, EXPLICIT_LITTLE)
        association = ae.associate("127.0.0.1", server.dicom_port, ae_title="NOCTIS_PACS")
        status = association.send_c_store(dcmread(_stream(ct_file()))).Status
        association.release()
        assert status == 0xA700
        assert _counts(server) == [0, 0, 0, 0]
