"""Files beside studies: names, types, who sees them, how they come in and go."""

import io
import itertools
import os
import subprocess
import sys
import tempfile
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from archive import storage
from archive.attachments import reading, scanning, services
from archive.attachments.content import HEAD_BYTES, content_type_of, delivery_of
from archive.attachments.names import NAME_LIMIT, shown_name
from archive.attachments.selectors import (
    KEEPER,
    KEEPER_ROLE,
    attachment_counts,
    attachments_visible_to,
    packed_roles,
    roles,
    unpacked_roles,
)
from archive.attachments.still_pdf import is_still
from archive.errors import ArchiveError
from archive.models import Attachment, Study
from archive.reconcile import reconcile
from archive.removal import settle
from audit.models import AuditEvent
from notifications.models import OutboxEvent
from tests.factories.attaching import PNG, attach_bytes
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from worklist.models import UserRole
from worklist.roles import permissions_of

HOSTILE = [
    "../../etc/passwd",
    "..\\..\\windows\\system32\\cmd.exe",
    "a\0b.pdf",
    "\u202egpj.exe",
    "x" * 300 + ".pdf",
    "\r\nSet-Cookie: a=b",
    '"><script>alert(1)</script>.svg',
    "\ud800\udfff.txt",
    "con.txt",
    "   ",
    "....",
    "a/b/\u2066c\u2069.png",
]


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=400)))
def test_a_shown_name_is_one_visible_line_and_no_path(name):
    shown = shown_name(name)
    assert shown == shown_name(shown)
    assert 0 < len(shown) <= NAME_LIMIT
    assert shown.isprintable()
    assert not set(shown) & set('/\\<>:"|?*\0\u202e\u2066')
    assert not shown.startswith(".") and shown not in {".", ".."}


def test_a_long_name_keeps_its_extension_and_others_stay_as_they_are():
    assert shown_name("x" * 300 + ".pdf").endswith("….pdf")
    assert shown_name("Überweisung Müller (2).pdf") == "Überweisung Müller (2).pdf"
    assert shown_name("同意書.pdf") == "同意書.pdf"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"junk\n%PDF-1.4", "application/pdf"),
        (b"<svg onload=alert(1)>", "text/html"),
        (b"\xef\xbb\xbf  <!DOCTYPE html>", "text/html"),
        (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "text/html"),
        (b"hello <script>alert(1)</script> %PDF-1.4", "text/html"),
        (b"PK\x03\x04" + b"[Content_Types].xml word/document.xml", "application/x-office-word"),
        (b"PK\x03\x04", "application/zip"),
        (b"MZ\x90", "application/x-msdownload"),
        ("Grüße".encode(), "text/plain"),
        (b"\x80\x81", "application/octet-stream"),
        (b"a\0b", "application/octet-stream"),
    ],
)
def test_the_type_is_that_of_the_bytes(head, kind):
    assert content_type_of(head) == kind


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0<"), max_size=9))
def test_text_is_text_wherever_its_head_is_cut(text):
    head = ("note: " + text + "é😀" * HEAD_BYTES).encode()[:HEAD_BYTES]
    assert content_type_of(head) == "text/plain"


def _packed(content, head=b"/Type/ObjStm/Filter/FlateDecode"):
    data = zlib.compress(content)
    size = str(len(data)).encode()
    return b"1 0 obj<<" + head + b"/Length " + size + b">>stream\n" + data + b"\nendstream endobj\n"


_CODE = b"<</S/JavaScript/JS(app.alert(1))>>"
ACTIVE_PDFS = {
    "plain": _CODE,
    "spaced": b"<</S /JavaScript\n/JS (x)>>",
    "escaped": b"<</S/J#61vaScript/#4aS(x)>>",
    "packed": _packed(b"3 0 " + _CODE),
    "packed in two ways": _packed(_CODE, b"/Type/ObjStm/Filter[/ASCII85Decode/FlateDecode]"),
    "packed with a predictor": _packed(_CODE, b"/Type/ObjStm/Filter/FlateDecode/DecodeParms 5 0 R"),
    "packed, filter elsewhere": _packed(_CODE, b"/Type/ObjStm/Filter 7 0 R"),
    "packed, type elsewhere": b"9 0 obj/ObjStm endobj "
    + _packed(_CODE, b"/Type 9 0 R/Filter 7 0 R"),
    "packed, type escaped": _packed(_CODE, b"/Type/Obj#53tm/Filter/FlateDecode"),
    "packed and torn": _packed(_CODE)[:-40],
    "packed bomb": _packed(b"0" * (65 * 1024 * 1024)),
    "encrypted": b"trailer<</Encrypt 5 0 R>>",
    "launching": b"<</S/Launch/F(cmd.exe)>>",
    "form": b"<</AcroForm<</XFA 3 0 R>>>>",
}


@pytest.mark.parametrize("how", ACTIVE_PDFS)
def test_a_pdf_in_which_something_runs_is_not_still(how, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n" + ACTIVE_PDFS[how] + b"\n%%EOF")
    assert not is_still(path)


def test_a_pdf_that_shows_pages_is_still(tmp_path):
    path = tmp_path / "a.pdf"
    pages = b"<</Type/Catalog/OpenAction[3 0 R/Fit]/Names 5 0 R>>"
    path.write_bytes(b"%PDF-1.7\n" + pages + _packed(b"4 0 <</Type/Page/Font/#41rial>>") + b"%%EOF")
    assert is_still(path)
    # In a process of its own: it makes Pillow lenient for everybody in its process.
    made = "from weasyprint import HTML; HTML(string=%r).write_pdf(%r)"
    page = "<h1>Request</h1><a href='https://x.test'>x</a>"
    subprocess.run([sys.executable, "-c", made % (page, str(path))], check=True)
    assert is_still(path)


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_looked_into_without_an_error(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.pdf"
        path.write_bytes(b"/ObjStm stream\n" + data)
        assert is_still(path) in {True, False}


@given(st.binary(max_size=300))
def test_what_may_run_leaves_as_bytes(head):
    leaves_as = delivery_of(content_type_of(head)).content_type
    assert not any(word in leaves_as for word in ("html", "xml", "svg", "script", "office"))


def test_the_keepers_role_is_the_one_with_the_right():
    assert [role for role in UserRole.values if KEEPER in permissions_of(role)] == [KEEPER_ROLE]


@given(st.sets(st.sampled_from(UserRole.values)))
def test_a_choice_of_roles_comes_back_with_the_keepers(chosen):
    assert set(unpacked_roles(packed_roles(chosen))) == chosen | {KEEPER_ROLE}


def test_every_role_facility_and_choice(db):
    """Who sees a file, for all that can be chosen: against the rule written out by hand."""
    north, south = make_facility(), make_facility()
    study = make_study(north)
    people = [make_user(role, place) for role in UserRole.values for place in (north, south, None)]
    uploader = make_user("TECHNICIAN", north)
    for size in range(len(UserRole.values) + 1):
        for chosen in itertools.combinations(UserRole.values, size):
            row = attach_bytes(study, uploader, visible_to=frozenset(chosen))
            for person in [*people, uploader]:
                at_home = person.role in {"ADMIN", "RADIOLOGIST"} or person.facility == north
                told = person.role in chosen or person.role == "ADMIN" or person == uploader
                seen = attachments_visible_to(person).filter(pk=row.pk).exists()
                assert seen == (at_home and told), (chosen, person.role, person.facility)
    everybody = attach_bytes(study, uploader)
    assert everybody.visible_to == "" and unpacked_roles("") == list(roles())


def test_counts_are_of_what_one_sees(db):
    north = make_facility()
    study, other = make_study(north), make_study(north)
    desk, technician = make_user("FACILITY", north), make_user("TECHNICIAN", north)
    attach_bytes(study, technician)
    attach_bytes(study, technician, visible_to=frozenset({"RADIOLOGIST"}))
    keys = [study.pk, other.pk]
    assert attachment_counts(desk, keys) == {study.pk: 1}
    assert attachment_counts(technician, keys) == {study.pk: 2}
    technician.role, technician.facility = "FACILITY", make_facility()
    technician.save()
    assert attachment_counts(technician, keys) == {}, "an uploader who moved sees nothing there"


@pytest.fixture
def study(facility):
    return make_study(facility)


@pytest.fixture
def desk(facility):
    return make_user("FACILITY", facility)


def test_a_file_comes_in_whole_and_recorded(study, desk):
    row = attach_bytes(study, desk, PNG, name="../photo.png", kind="photo")
    with reading.open_attachment(row) as stream:
        assert stream.read() == PNG
    assert (row.name, row.content_type, row.state) == ("photo.png", "image/png", "unscanned")
    assert "photo" not in row.storage_key
    event = OutboxEvent.objects.get(topic="attachment.added")
    assert event.payload["attachment_id"] == row.pk and event.facility_id == study.facility_id
    trail = AuditEvent.objects.get(study_instance_uid=study.study_instance_uid)
    assert trail.user_id == desk.pk and "photo.png" not in str(trail.detail)


def test_limits_refuse_and_keep_nothing(study, desk, settings):
    settings.ATTACHMENT_MAX_BYTES = 10
    for length, data in ((11, b"x" * 11), (5, b"x" * 11)):
        with pytest.raises(services.AttachmentTooLargeError):
            services.spool_attachment(io.BytesIO(data), length)
    for length, data in ((9, b"short"), (0, b""), (3, b"longer")):
        with pytest.raises(services.AttachmentIncompleteError):
            services.spool_attachment(io.BytesIO(data), length)
    settings.ATTACHMENTS_PER_STUDY = 1
    attach_bytes(study, desk)
    with pytest.raises(services.TooManyAttachmentsError):
        attach_bytes(study, desk)
    assert _files() == 1 and not _spooled()


def _files():
    return sum(1 for folder in storage.directories() for _ in storage.keys_in(folder))


def _spooled():
    from django.conf import settings

    return [path for path in settings.SPOOL_DIR.glob("*/*")]


def test_a_database_that_fails_leaves_no_file(study, desk, monkeypatch):
    def fail(**event):
        raise OperationalError("no")

    monkeypatch.setattr(services, "record_attachment_added", fail)
    with pytest.raises(ArchiveError):
        attach_bytes(study, desk)
    assert _files() == 0 and not Attachment.objects.exists() and not OutboxEvent.objects.exists()


def test_who_deletes_and_for_how_long(study, desk):
    row = attach_bytes(study, desk)
    colleague, admin = make_user("FACILITY", desk.facility), make_user("ADMIN")
    assert services.may_delete(row, desk) and services.may_delete(row, admin)
    assert not services.may_delete(row, colleague)
    row.state = Attachment.State.INFECTED
    assert not services.may_delete(row, desk) and services.may_delete(row, admin)
    row.state = Attachment.State.CLEAN
    row.uploaded_at = timezone.now() - services.REGRET - timedelta(seconds=1)
    row.save()
    assert not services.may_delete(row, desk) and services.may_delete(row, admin)
    from audit.actors import Actor

    with pytest.raises(services.NotDeletableError):
        services.delete_attachment(row, user=desk, actor=Actor.of_user(desk))
    services.delete_attachment(row, user=admin, actor=Actor.of_user(admin))
    services.delete_attachment(row, user=admin, actor=Actor.of_user(admin))
    row.refresh_from_db()
    assert row.deleted_by == admin and row.unlinked_at and _files() == 0
    assert not attachments_visible_to(admin).exists()
    assert OutboxEvent.objects.filter(topic="attachment.removed").count() == 1


def test_reconcile_finishes_deletions_and_knows_attachments(study, desk):
    kept, gone = attach_bytes(study, desk), attach_bytes(study, desk)
    for row in (kept, gone):
        os.utime(storage.path_of(row.storage_key), (0, 0))
    Attachment.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    report = reconcile(full=True)
    assert (report.tombstones_finished, report.unclaimed, report.young) == (1, [], 0)
    assert storage.path_of(kept.storage_key).exists()
    assert not storage.path_of(gone.storage_key).exists()


def test_a_deleted_study_takes_its_files_with_it(study, desk):
    row = attach_bytes(study, desk)
    type(study.reading).objects.all().delete()
    assert not settle(study)
    assert not Study.objects.exists()
    reconcile()
    row.refresh_from_db()
    assert row.study_id is None and row.deleted_because and row.unlinked_at and _files() == 0


def test_a_thumbnail_is_made_once_of_pixels_alone(study, desk, monkeypatch):
    row = attach_bytes(study, desk, PNG + b"<script>alert(1)</script>", kind="photo")
    thumbnail = reading.thumbnail_of(row)
    assert thumbnail.startswith(b"\xff\xd8\xff") and b"script" not in thumbnail
    monkeypatch.setattr(reading, "picture_of", None)
    assert reading.thumbnail_of(Attachment.objects.get(pk=row.pk)) == thumbnail


def test_a_picture_that_is_a_trap_gives_none(study, desk):
    import struct

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))
    for data in (bomb, PNG[:40], b"II*\0" + b"\xff" * 64):
        assert reading.thumbnail_of(attach_bytes(study, desk, data)) == b""


def test_without_a_scanner_it_says_so_and_delivers(study, desk):
    row = attach_bytes(study, desk)
    assert row.state == Attachment.State.UNSCANNED and reading.is_deliverable(row)
    assert scanning.scan_due() == 0


def test_the_wait_between_attempts_grows_and_is_bounded():
    waits = [scanning.wait_s(attempts) for attempts in range(30)]
    assert waits == sorted(waits) and waits[1] == 15 and waits[-1] == 1800
