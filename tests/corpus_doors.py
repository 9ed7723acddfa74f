"""The three doors, as other people's programs use them, for many files at once.

send_by_storescu   dcmtk's storescu
send_raw           a data set byte for byte on a pynetdicom association: what storescu can't
send_by_stow       dicomweb-client, or the bytes of files in one multipart body
upload_zip         the upload page's endpoint
"""

import json
import os
import subprocess
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import pydicom
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom.uid import SecondaryCaptureImageStorage, generate_uid
from pynetdicom import AE
from pynetdicom.dimse_primitives import C_STORE

from dicomkit.part10 import is_valid_uid
from tests.corpus import CorpusFile, data_set_of, digest
from tests.live import LiveServer

# What storescu of dcmtk 3.6.7 is told to propose, by the transfer syntax of the files.
STORESCU_OPTIONS = {
    "1.2.840.10008.1.2": "--propose-implicit",
    "1.2.840.10008.1.2.1": "--propose-little",
    "1.2.840.10008.1.2.1.99": "--propose-deflated",
    "1.2.840.10008.1.2.2": "--propose-big",
    "1.2.840.10008.1.2.4.50": "--propose-jpeg8",
    "1.2.840.10008.1.2.4.51": "--propose-jpeg12",
    "1.2.840.10008.1.2.4.70": "--propose-lossless",
    "1.2.840.10008.1.2.4.80": "--propose-jls-lossless",
    "1.2.840.10008.1.2.4.81": "--propose-jls-lossy",
    "1.2.840.10008.1.2.4.90": "--propose-j2k-lossless",
    "1.2.840.10008.1.2.4.91": "--propose-j2k-lossy",
    "1.2.840.10008.1.2.4.100": "--propose-mpeg2",
    "1.2.840.10008.1.2.4.102": "--propose-mpeg4",
    "1.2.840.10008.1.2.5": "--propose-rle",
}
# What storescu can't read or doesn't know, and why.
NOT_BY_STORESCU = {
    "files/dicom-decoder/jpeg_baseline_synthetic.dcm": "native pixels under a JPEG syntax",
    "files/dicomParser/CT0012.not_fragmented_bot_rle.dcm": "storescu 3.6.7 crashes",
    "files/highdicom/seg_image_sm_control_labelmap.dcm": "SOP class newer than dcmtk 3.6.7",
    "files/highdicom/seg_image_sm_control_labelmap_palette_color.dcm": "the same SOP class",
    "files/pydicom-data/explicit_VR-UN.dcm": "native pixels under a JPEG 2000 syntax",
    "files/pydicom/SC_rgb_jpeg.dcm": "implicit VRs under an explicit syntax",
    "files/pydicom/rtdose_rle_1frame.dcm": "a fragment of odd length",
    "files/wsi-panimg/1.dcm": "a private SOP class",
    "synthetic/malformed/trailing_garbage.dcm": "text after the last element",
    "synthetic/malformed/unknown_vr_rows.dcm": "a VR that doesn't exist",
}
# What pydicom, and so dicomweb-client, can't read or write.
NOT_BY_DICOMWEB_CLIENT = {
    "files/dicom-decoder/jpeg_baseline_synthetic.dcm": "native pixels under a JPEG syntax",
    "files/pydicom-data/OT-PAL-8-face.dcm": "no File Meta Information",
    "files/pydicom/ExplVR_BigEndNoMeta.dcm": "no File Meta Information",
    "files/pydicom/ExplVR_LitEndNoMeta.dcm": "no File Meta Information",
    "files/pydicom/SC_rgb_jpeg.dcm": "implicit VRs under an explicit syntax",
    "files/pydicom/rtstruct.dcm": "no File Meta Information",
    "synthetic/malformed/missing_file_meta_implicit.dcm": "no File Meta Information",
    "synthetic/malformed/missing_preamble_and_magic.dcm": "no preamble",
    "synthetic/malformed/trailing_garbage.dcm": "text after the last element",
    "synthetic/malformed/unknown_transfer_syntax.dcm": "an unknown transfer syntax",
}
_PEERS = """
import json, sys
import django
django.setup()
from dimse.models import Peer
from worklist.models import Facility
for title, facility in json.loads(sys.argv[1]).items():
    Peer.objects.create(name=title, ae_title=title, host="127.0.0.1", may_query=True,
                        may_retrieve=True, facility=Facility.objects.get(name=facility))
"""
_INSPECT = """
import hashlib, json, sys
import django
django.setup()
from django.conf import settings
from archive.models import Instance, QuarantinedObject, Series, Study
from archive.storage import path_of

def digests(data):
    meta = 144 + int.from_bytes(data[140:144], "little") if data[128:132] == b"DICM" else 0
    return hashlib.sha256(data).hexdigest(), hashlib.sha256(data[meta:]).hexdigest()

known, rows = set(), []
for kind, model in (("stored", Instance), ("quarantined", QuarantinedObject)):
    for row in model.objects.order_by("pk"):
        path = path_of(row.storage_key)
        known.add(path.resolve())
        data = path.read_bytes() if path.exists() else b""
        whole, data_set = digests(data)
        rows.append({"kind": kind, "facility": row.facility_id, "uid": row.sop_instance_uid,
                     "path": str(path), "sha256": whole, "data_set": data_set,
                     "indexed": bytes(row.sha256).hex(),
                     "size": row.size_bytes, "length": len(data),
                     "reason": getattr(row, "reason", "")})
root = settings.ARCHIVE_ROOT
files = {path.resolve() for path in root.rglob("*") if path.is_file()
         # A running process's claim to its files in the spool; when the archive was reconciled.
         if path.suffix != ".lock" and path.name != "reconciled"}
counts = [
    [study.study_instance_uid, study.instance_count, study.instances.count(),
     study.series_count, study.series.count(), sum(s.instance_count for s in study.series.all())]
    for study in Study.objects.prefetch_related("series")
]
json.dump({"rows": rows, "strays": sorted(str(path) for path in files - known),
           "empty_studies": Study.objects.filter(instance_count=0).count(),
           "empty_series": Series.objects.filter(instance_count=0).count(),
           "counts": counts}, sys.stdout)
"""


@dataclass(frozen=True)
class Kept:
    """An object that the archive holds, as instance or in quarantine."""

    kind: str
    facility: int
    uid: str
    path: str
    sha256: str
    data_set: str
    indexed: str
    size: int
    length: int
    reason: str


@dataclass(frozen=True)
class Contents:
    """All of an archive: its objects, files that no row knows, and counts beside the true ones."""

    kept: list[Kept]
    strays: list[str]
    empty_studies: int
    empty_series: int
    counts: list[tuple[str, int, int, int, int, int]]

    def assert_sound(self) -> None:
        """Fail unless rows and files agree, no file is stray and every count is true."""
        assert not self.strays
        assert (self.empty_studies, self.empty_series) == (0, 0)
        assert all(one.indexed == one.sha256 and one.size == one.length for one in self.kept)
        for uid, instances, true_instances, series, true_series, by_series in self.counts:
            assert instances == true_instances == by_series, uid
            assert series == true_series, uid

    def of(self, facility: int, kind: str = "stored") -> dict[str, Kept]:
        """Return what one facility has stored (or ``quarantined``), by SOP Instance UID."""
        return {one.uid: one for one in self.kept if (one.facility, one.kind) == (facility, kind)}


def register_peers(server: LiveServer, facilities: dict[str, str]) -> None:
    """Register AE titles, each with the name of its facility, for callers on this machine."""
    server.python(_PEERS, json.dumps(facilities))


def contents(server: LiveServer) -> Contents:
    """Read rows and files of a server's archive."""
    found = json.loads(server.python(_INSPECT).splitlines()[-1])
    return Contents(
        [Kept(**row) for row in found["rows"]],
        found["strays"],
        found["empty_studies"],
        found["empty_series"],
        [tuple(row) for row in found["counts"]],
    )


def send_by_storescu(server: LiveServer, ae_title: str, files: Iterable[CorpusFile]) -> None:
    """Send files by storescu, each in its own transfer syntax; fail unless all are taken."""
    # Or else each object waits for a delayed acknowledgement of its last segment.
    environment = {**os.environ, "TCP_NODELAY": "1"}
    ordered = sorted(files, key=lambda file: file.transfer_syntax_uid)
    for syntax, group in groupby(ordered, key=lambda file: file.transfer_syntax_uid):
        paths = [str(file.path) for file in group]
        command = ["storescu", "--required", STORESCU_OPTIONS[syntax], "--aetitle", ae_title]
        command += ["--call", "NOCTIS_PACS", "127.0.0.1", str(server.dicom_port), *paths]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=300, env=environment
        )
        assert done.returncode == 0, f"{syntax}: {done.stdout[-2000:]} {done.stderr[-2000:]}"


@dataclass(frozen=True)
class RawStore:
    """A data set to be sent as it is, under the UIDs of the command."""

    name: str
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    data_set: bytes


def raw_store(file: CorpusFile) -> RawStore:
    """Return a file as something to send: its own bytes after File Meta Information."""
    data = file.read()
    uid = file.identity.sop_instance_uid
    has_meta = data[128:132] == b"DICM" and data[136:138] == b"UL"
    return RawStore(
        file.name,
        file.identity.sop_class_uid or SecondaryCaptureImageStorage,
        uid if is_valid_uid(uid) else generate_uid(),
        file.transfer_syntax_uid,
        data_set_of(data) if has_meta else data,
    )


def send_raw(server: LiveServer, ae_title: str, stores: Sequence[RawStore]) -> dict[str, int]:
    """Send data sets byte for byte; return the status of each by name."""
    statuses: dict[str, int] = {}
    kinds = list(dict.fromkeys((one.sop_class_uid, one.transfer_syntax_uid) for one in stores))
    for start in range(0, len(kinds), 100):  # an association has 128 presentation contexts
        wanted = set(kinds[start : start + 100])
        chosen = [one for one in stores if (one.sop_class_uid, one.transfer_syntax_uid) in wanted]
        statuses |= _send_on_one_association(server, ae_title, chosen)
    return statuses


def _send_on_one_association(
    server: LiveServer, ae_title: str, stores: Sequence[RawStore]
) -> dict[str, int]:
    ae = AE(ae_title)
    for kind in dict.fromkeys((one.sop_class_uid, one.transfer_syntax_uid) for one in stores):
        ae.add_requested_context(*kind)
    association = ae.associate("127.0.0.1", server.dicom_port, ae_title="NOCTIS_PACS")
    assert association.is_established
    accepted = {
        (context.abstract_syntax, context.transfer_syntax[0]): context.context_id
        for context in association.accepted_contexts
    }
    statuses = {}
    try:
        for number, one in enumerate(stores):
            context = accepted[(one.sop_class_uid, one.transfer_syntax_uid)]
            statuses[one.name] = _store(association, context, number % 60_000 + 1, one)
    finally:
        association.release()
    return statuses


def _store(association, context: int, message_id: int, one: RawStore) -> int:
    request = C_STORE()
    request.MessageID, request.Priority = message_id, 2
    request.AffectedSOPClassUID = one.sop_class_uid
    request.AffectedSOPInstanceUID = one.sop_instance_uid
    request.DataSet = BytesIO(one.data_set)
    association._reactor_checkpoint.clear()
    association.dimse.send_msg(request, context)
    _, answer = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    return int(answer.Status)


class _RecordingClient(DICOMwebClient):
    """dicomweb-client, with the bodies that it makes of data sets kept in ``sent``."""

    def _http_post_multipart_application_dicom(self, url, data, *arguments, **options):
        self.sent = list(data)
        return super()._http_post_multipart_application_dicom(
            url, iter(self.sent), *arguments, **options
        )


def send_by_stow(
    server: LiveServer, token: str, facility: int, files: Sequence[CorpusFile]
) -> dict[str, str]:
    """Store files by dicomweb-client; return by name the digest of what it made of each.

    It writes each data set anew, so that what was sent is not always what was read.
    """
    headers = {"Authorization": f"Bearer {token}"}
    client = _RecordingClient(f"{server.url}/dicom-web", headers=headers)
    sent = {}
    with warnings.catch_warnings(action="ignore"):
        for start in range(0, len(files), 50):
            some = files[start : start + 50]
            datasets = [pydicom.dcmread(file.path) for file in some]
            answer = client.store_instances(datasets, additional_params={"facility": facility})
            assert "FailedSOPSequence" not in answer, answer
            assert len(answer.ReferencedSOPSequence) == len(datasets)
            sent |= zip((file.name for file in some), map(digest, client.sent), strict=True)
    return sent


def stow_bodies(
    server: LiveServer, token: str, facility: int, bodies: Sequence[bytes]
) -> requests.Response:
    """Store objects, byte for byte, in one multipart body."""
    boundary = "noctis-test-boundary"
    parts = b"".join(
        b"--%b\r\nContent-Type: application/dicom\r\n\r\n%b\r\n" % (boundary.encode(), body)
        for body in bodies
    )
    return server.session(token).post(
        f"{server.url}/dicom-web/studies?facility={facility}",
        data=parts + b"--%b--\r\n" % boundary.encode(),
        headers={
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
            "Accept": "application/dicom+json",
        },
    )


def upload(
    server: LiveServer, token: str, facility: int, name: str, body: bytes | BytesIO
) -> dict[str, dict[str, str]]:
    """Send a file to the upload page's endpoint; return its lines by name."""
    answer = server.session(token).post(
        f"{server.url}/worklist/upload/files/?facility={facility}",
        data=body,
        headers={"Content-Type": "application/octet-stream", "X-File-Name": quote(name)},
    )
    assert answer.status_code == 200, answer.text[:1000]
    lines = [json.loads(line) for line in answer.content.splitlines()]
    return {line["name"]: line for line in lines}


def upload_zip(
    server: LiveServer, token: str, facility: int, files: Iterable[CorpusFile], folder: Path
) -> dict[str, dict[str, str]]:
    """Pack files into a ZIP and upload it."""
    path = folder / f"corpus-{facility}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for file in files:
            packed.write(file.path, file.name)
    with path.open("rb") as stream:
        return upload(server, token, facility, path.name, stream)


def parts_of(answer: requests.Response) -> list[tuple[str, bytes]]:
    """Return Content-Type and content of each part of a multipart answer."""
    boundary = answer.headers["Content-Type"].partition("boundary=")[2].split(";")[0].strip('"')
    pieces = (b"\r\n" + answer.content).split(b"\r\n--" + boundary.encode())
    assert pieces[-1].startswith(b"--"), "the closing boundary is missing"
    parts = []
    for piece in pieces[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().strip().split("\r\n"))
        parts.append((fields["Content-Type"], content))
    return parts
