"""Bodies cut to ranges, and the conditions under which they are sent."""

from itertools import pairwise
from pathlib import Path

import pytest
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from dicomweb.answers import body_response
from dicomweb.body import Body, BytesSegment, FileSegment, LazySegment

CONTENT = bytes(range(100))


def body() -> Body:
    return Body(
        [BytesSegment(CONTENT[:30]), BytesSegment(CONTENT[30:31]), BytesSegment(CONTENT[31:])]
    )


def answer(etag: str = "tag", **headers: str) -> HttpResponseBase:
    request = RequestFactory().get("/", headers=headers)
    return body_response(request, body(), "application/octet-stream", etag)


@given(
    cuts=st.lists(st.integers(0, 100), max_size=6),
    start=st.integers(0, 100),
    more=st.integers(0, 100),
)
def test_any_range_of_any_pieces(cuts: list[int], start: int, more: int) -> None:
    edges = [0, *sorted(cuts), 100]
    pieces = [BytesSegment(CONTENT[a:b]) for a, b in pairwise(edges)]
    stop = min(start + more, 100)
    assert b"".join(Body(pieces).chunks(start, stop)) == CONTENT[start:stop]


@pytest.mark.parametrize(
    ("field", "expected", "content_range"),
    [
        ("bytes=0-9", CONTENT[:10], "bytes 0-9/100"),
        ("bytes=25-35", CONTENT[25:36], "bytes 25-35/100"),
        ("bytes=90-", CONTENT[90:], "bytes 90-99/100"),
        ("bytes=90-1000", CONTENT[90:], "bytes 90-99/100"),
        ("bytes=-5", CONTENT[95:], "bytes 95-99/100"),
        ("bytes=-1000", CONTENT, "bytes 0-99/100"),
    ],
)
def test_ranges(field: str, expected: bytes, content_range: str) -> None:
    found = answer(Range=field)
    assert found.status_code == 206
    assert found.getvalue() == expected
    assert found["Content-Range"] == content_range
    assert found["Content-Length"] == str(len(expected))


@pytest.mark.parametrize("field", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_ranges_beyond_the_end(field: str) -> None:
    found = answer(Range=field)
    assert (found.status_code, found["Content-Range"]) == (416, "bytes */100")


@pytest.mark.parametrize("field", ["bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "x", ""])
def test_other_ranges_are_ignored(field: str) -> None:
    found = answer(Range=field)
    assert (found.status_code, found.getvalue()) == (200, CONTENT)


def test_if_range() -> None:
    assert answer(Range="bytes=0-1", **{"If-Range": '"tag"'}).status_code == 206
    assert answer(Range="bytes=0-1", **{"If-Range": '"other"'}).status_code == 200


@pytest.mark.parametrize("field", ['"tag"', 'W/"tag"', '"x", "tag"', "*"])
def test_what_the_client_has_is_not_sent(field: str) -> None:
    found = answer(**{"If-None-Match": field})
    assert (found.status_code, found.getvalue()) == (304, b"")


def test_patient_data_are_never_cacheable() -> None:
    for headers in ({}, {"Range": "bytes=0-1"}, {"If-None-Match": '"tag"'}):
        assert answer(**headers)["Cache-Control"] == "no-store"


def test_without_a_tag_there_are_no_ranges() -> None:
    found = answer(etag="", Range="bytes=0-9")
    assert found.status_code == 200
    assert "Accept-Ranges" not in found


def test_head_has_the_length_and_no_content() -> None:
    request = RequestFactory().head("/")
    found = body_response(request, body(), "application/octet-stream", "tag")
    assert (found["Content-Length"], found.getvalue()) == ("100", b"")


def test_large_files_are_streamed_in_chunks(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(9 * 1024 * 1024))
    segment = FileSegment(lambda: path.open("rb"), 1, 8 * 1024 * 1024)
    found = body_response(RequestFactory().get("/"), Body([segment]), "x/y", "tag")
    assert found.streaming
    assert {len(chunk) for chunk in found} == {256 * 1024}


def test_a_file_that_is_too_short_is_an_error_and_no_stump(tmp_path: Path) -> None:
    path = tmp_path / "short"
    path.write_bytes(b"abc")
    segment = FileSegment(lambda: path.open("rb"), 0, 10)
    with pytest.raises(EOFError):
        body_response(RequestFactory().get("/"), Body([segment]), "x/y", "tag")


def test_pieces_that_are_made_later_have_no_length() -> None:
    made = Body([BytesSegment(b"a"), LazySegment(lambda: b"bc")])
    found = body_response(RequestFactory().get("/"), made, "x/y", "tag")
    assert "Content-Length" not in found
    assert b"".join(found) == b"abc"
