"""Hostile ZIP files on the upload page: counted in decoded bytes, and never a path."""

import io
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse

from archive.models import Instance
from tests.factories.dicom import ct_file
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility, make_user

__all__ = ["archive_folders"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("archive_folders"),
    pytest.mark.once,
]
MEBIBYTE = 1024 * 1024


@pytest.fixture
def sender() -> Client:
    client = Client()
    client.force_login(make_user("TECHNICIAN", make_facility("North")))
    return client


def _zip(entries: list[tuple[Any, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return packed.getvalue()


def _send(client: Client, body: bytes) -> list[dict[str, Any]]:
    """Upload one file; return what is said of each object in it."""
    answer = client.post(
        reverse("worklist-upload-file"),
        body,
        content_type="application/octet-stream",
        headers={"X-File-Name": "upload.zip"},
    )
    assert answer.status_code == 200, answer.content
    lines = b"".join(answer.streaming_content).splitlines()
    return [orjson.loads(line) for line in lines]


def _results(lines: list[dict[str, Any]]) -> list[str]:
    return [line["result"] for line in lines]


def _spooled() -> list[Path]:
    files = (path for path in configured.SPOOL_DIR.rglob("*") if path.is_file())
    return [path for path in files if path.suffix != ".lock"]


def test_a_bomb_stops_and_what_came_before_it_is_kept(sender):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.dcm", ct_file())
        with archive.open("bomb.dcm", "w", force_zip64=True) as entry:
            for _ in range(300):
                entry.write(bytes(MEBIBYTE))
        archive.writestr("after.dcm", ct_file(instance=2))
    assert len(packed.getvalue()) < MEBIBYTE
    lines = _send(sender, packed.getvalue())
    assert _results(lines) == ["stored", "refused"]
    assert "far more than its own size" in lines[1]["message"]
    assert Instance.objects.count() == 1
    assert _spooled() == []


def test_more_than_may_be_uploaded_stops_whatever_the_entries_say(sender, settings):
    settings.UPLOAD_MAX_BYTES = 64 * 1024
    # Hundreds of kilobytes of one byte pack to a few hundred bytes.
    lines = _send(sender, _zip([("long.dcm", b"A" * 400_000)]))
    assert _results(lines) == ["refused"]
    assert "more than may be uploaded" in lines[0]["message"]
    assert _spooled() == []


@pytest.mark.parametrize(
    "name",
    ["../../../tmp/noctis-slip.dcm", "/tmp/noctis-slip.dcm", "..\\..\\noctis-slip.dcm", "a/../b"],
)
def test_a_name_is_never_a_path(sender, name):
    assert _results(_send(sender, _zip([(name, ct_file())]))) == ["stored"]
    instance = Instance.objects.get()
    files = [path for path in configured.ARCHIVE_ROOT.rglob("*") if path.is_file()]
    assert not any("slip" in str(path) for path in files)
    assert not Path("/tmp/noctis-slip.dcm").exists()
    assert instance.sop_instance_uid not in "".join(map(str, files))


def test_a_link_is_not_followed(sender):
    link = zipfile.ZipInfo("passwd.dcm")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    lines = _send(sender, _zip([(link, b"/etc/passwd")]))
    assert _results(lines) == ["refused"]
    assert "link" in lines[0]["message"]


def test_a_zip_within_a_zip_is_not_opened(sender):
    inner = _zip([("inner.dcm", ct_file())])
    lines = _send(sender, _zip([("inner.zip", inner), ("good.dcm", ct_file(instance=2))]))
    assert _results(lines) == ["skipped", "stored"]
    assert Instance.objects.count() == 1


def test_sizes_that_lie_end_the_entry_alone(sender):
    body = bytearray(_zip([("lies.dcm", ct_file()), ("good.dcm", ct_file(instance=2))]))
    # Uncompressed size of the first entry, in its local header and in the directory: one byte.
    central = body.index(b"PK\x01\x02")
    struct.pack_into("<L", body, 22, 1)
    struct.pack_into("<L", body, central + 24, 1)
    lines = _send(sender, bytes(body))
    assert _results(lines)[1] == "stored"
    assert _results(lines)[0] in {"refused", "skipped"}
    assert Instance.objects.count() == 1
    assert _spooled() == []


def test_a_directory_of_a_million_files_is_not_read(sender):
    body = bytearray(_zip([("one.dcm", ct_file())]))
    end = body.rindex(b"PK\x05\x06")
    struct.pack_into("<HHL", body, end + 8, 0xFFFE, 0xFFFE, 32 * MEBIBYTE)
    lines = _send(sender, bytes(body))
    assert _results(lines) == ["refused"]
    assert "too many files" in lines[0]["message"]


@pytest.mark.parametrize("cut", [30, 200, -30, -5])
def test_a_zip_that_was_cut_off_is_damaged_and_no_error_of_ours(sender, cut):
    body = _zip([("one.dcm", ct_file())])[:cut]
    lines = _send(sender, body)
    assert _results(lines) in (["refused"], ["skipped"])
    assert Instance.objects.count() == 0
    assert _spooled() == []
