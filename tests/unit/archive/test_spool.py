import errno
import hashlib
import os
import subprocess
import sys

import pytest

from archive import spool
from archive.errors import ArchiveFullError, ArchiveUnavailableError
from archive.spool import Spool, sweep_abandoned


def files(folders):
    return [
        path for path in (folders / "spool").rglob("*") if path.suffix != ".lock" and path.is_file()
    ]


def test_size_and_digest_are_of_what_was_written():
    with Spool.create() as writer:
        for chunk in (b"abc", bytearray(b"def"), memoryview(b"ghi")):
            writer.write(chunk)
        spooled = writer.finish()
    assert spooled.path.read_bytes() == b"abcdefghi"
    assert (spooled.size, spooled.sha256) == (9, hashlib.sha256(b"abcdefghi").digest())
    spooled.discard()
    spooled.discard()
    assert not spooled.path.exists()


def test_what_is_not_finished_is_removed(folders):
    with pytest.raises(RuntimeError), Spool.create() as writer:
        writer.write(b"half")
        raise RuntimeError
    with Spool.create() as writer:
        writer.write(b"half")
    assert files(folders) == []


def test_a_nearly_full_disk_takes_nothing(settings, folders):
    settings.ARCHIVE_MIN_FREE_BYTES = 1 << 60
    with pytest.raises(ArchiveFullError):
        Spool.create()
    assert files(folders) == []


def test_the_disk_may_fill_up_while_writing(settings, folders, monkeypatch):
    monkeypatch.setattr(spool, "_CHECK_EVERY_BYTES", 10)
    with pytest.raises(ArchiveFullError), Spool.create() as writer:
        settings.ARCHIVE_MIN_FREE_BYTES = 1 << 60
        writer.write(bytes(11))
    assert files(folders) == []


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, ArchiveFullError), (errno.EIO, ArchiveUnavailableError)]
)
def test_errors_of_the_disk_get_their_meaning(number, expected, folders, monkeypatch):
    class Broken:
        def write(self, chunk):
            raise OSError(number, os.strerror(number))

        close = flush = lambda self: None

    with pytest.raises(expected), Spool.create() as writer:
        monkeypatch.setattr(writer, "_stream", Broken())
        writer.write(b"x")
    assert files(folders) == []


def test_a_folder_that_cannot_be_made_is_unavailable(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.SPOOL_DIR = tmp_path / "file" / "spool"
    with pytest.raises(ArchiveUnavailableError):
        Spool.create()


def test_sweeping_spares_the_living_and_the_unknown(folders):
    with Spool.create() as writer:
        writer.write(b"still arriving")
        (folders / "spool" / "foreign").mkdir()
        (folders / "spool" / "foreign" / "file").write_text("not ours")
        assert sweep_abandoned() == 0
        spooled = writer.finish()
    assert spooled.path.exists()
    assert (folders / "spool" / "foreign" / "file").exists()


_ABANDON = """
import os, sys
from pathlib import Path
from django.conf import settings
settings.configure(SPOOL_DIR=Path(sys.argv[1]), ARCHIVE_MIN_FREE_BYTES=0)
from archive.spool import Spool
Spool.create().write(bytes(1 << 20))
os.kill(os.getpid(), 9)
"""


def test_sweeping_removes_what_a_killed_process_left(folders):
    command = [sys.executable, "-c", _ABANDON, str(folders / "spool")]
    subprocess.run(command, check=False)
    assert len(files(folders)) == 1
    assert sweep_abandoned() == 1
    assert list((folders / "spool").iterdir()) == []
