"""A ZIP that is made while it is sent: whole, as long as it was said to be, never in memory."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viewer.download.zipping import Entry, LengthError, zip_chunks, zip_length

MOMENT = datetime(2026, 3, 1, 12, 30, 6)
CONTENTS = st.lists(st.binary(max_size=300), max_size=12)


def entry(name: str, data: bytes, size: int | None = None, step: int = 64) -> Entry:
    def chunks() -> Iterator[bytes]:
        for start in range(0, len(data), step):
            yield data[start : start + step]

    return Entry(name, len(data) if size is None else size, chunks)


# A limit of 100 bytes makes small files large ones, so that every 64 bit form is written.
@pytest.mark.parametrize("limit", [100, zipfile.ZIP64_LIMIT])
@given(CONTENTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_length_is_known_beforehand(
    monkeypatch: pytest.MonkeyPatch, limit: int, contents: list[bytes]
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    entries = [entry(f"DIR/FILE{number}", data) for number, data in enumerate(contents)]
    made = b"".join(zip_chunks(entries, MOMENT))
    assert len(made) == zip_length(entries)
    read = zipfile.ZipFile(io.BytesIO(made))
    assert read.testzip() is None
    assert [read.read(one.name) for one in entries] == contents
    assert {one.compress_type for one in read.infolist()} <= {zipfile.ZIP_STORED}
    assert {one.date_time for one in read.infolist()} <= {(2026, 3, 1, 12, 30, 6)}


def test_more_files_than_the_short_form_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 5)
    entries = [entry(str(number), b"") for number in range(7)]
    made = b"".join(zip_chunks(entries, MOMENT))
    assert len(made) == zip_length(entries)
    assert len(zipfile.ZipFile(io.BytesIO(made)).namelist()) == len(entries)


@pytest.mark.parametrize("size", [9, 11, 0])
def test_a_file_of_another_length_breaks_it_off(size: int) -> None:
    with pytest.raises(LengthError):
        list(zip_chunks([entry("A", bytes(10), size)], MOMENT))


def test_no_more_than_a_chunk_is_in_memory() -> None:
    chunk = bytes(256 * 1024)

    def chunks() -> Iterator[bytes]:
        for _ in range(400):
            yield chunk

    tracemalloc.start()
    try:
        sent = sum(map(len, zip_chunks([Entry("A", 400 * len(chunk), chunks)], MOMENT)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sent > 100 * 1024 * 1024
    assert peak < 3 * 1024 * 1024
