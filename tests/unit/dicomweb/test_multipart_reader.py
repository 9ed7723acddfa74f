"""The streaming reader against every way in which a body can be cut or broken."""

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomweb.multipart_reader import MultipartError, MultipartLimits, MultipartReader

BOUNDARY = "b0unDary"


def encode(parts: list[tuple[dict[str, str], bytes]], boundary: str = BOUNDARY) -> bytes:
    body = b""
    for headers, content in parts:
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        body += f"--{boundary}\r\n{fields}\r\n".encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def reader_of(body: bytes, size: int = 1 << 20) -> Callable[[int], bytes]:
    stream = io.BytesIO(body)
    return lambda count: stream.read(min(count, size))


def decode(
    body: bytes, size: int = 1 << 20, limits: MultipartLimits | None = None
) -> list[tuple[dict[str, str], bytes]]:
    arguments = (limits,) if limits else ()
    reader = MultipartReader(reader_of(body, size), BOUNDARY, *arguments)
    return [(part.headers, b"".join(part.content)) for part in reader]


# Content made of what the reader looks for, so that near misses are common.
CONTENT = st.lists(
    st.sampled_from([b"\r", b"\n", b"-", b"--", b"\r\n--", BOUNDARY.encode()[:-1], b"x", b"\0"])
).map(b"".join)


@given(parts=st.lists(CONTENT, max_size=5), size=st.integers(1, 50))
def test_any_content_survives_any_chunking(parts: list[bytes], size: int) -> None:
    sent = [({"content-type": "application/dicom"}, content) for content in parts]
    assert decode(encode(sent), size) == sent


@given(content=st.binary(max_size=3000), size=st.integers(1, 700), cut=st.integers(1, 60))
def test_a_cut_body_is_never_taken_for_whole(content: bytes, size: int, cut: int) -> None:
    body = encode([({"content-type": "application/dicom"}, content)])
    # The last four bytes are the closing mark's own "--" and a line end that may be missing.
    cut_body = body[: -2 - cut]
    with pytest.raises(MultipartError) as caught:
        decode(cut_body, size)
    assert caught.value.reason == "truncated"


@given(
    noise=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
    size=st.integers(1, 90),
)
def test_mutated_bodies_end_in_parts_or_in_an_error(
    noise: list[tuple[int, int]], size: int
) -> None:
    body = bytearray(encode([({"content-type": "application/dicom"}, b"abc" * 30)] * 3))
    for position, value in noise:
        body[position % len(body)] = value
    try:
        parts = decode(bytes(body), size)
    except MultipartError as error:
        assert error.reason in {"truncated", "header", "preamble"}
    else:
        assert sum(len(content) for _, content in parts) <= len(body)


def test_headers_are_lower_case_and_may_be_absent() -> None:
    first = b"--b0unDary\r\nContent-TYPE: a/b\r\nX : y:z\r\n\r\n1\r\n"
    body = first + b"--b0unDary\r\n\r\n2\r\n--b0unDary--"
    assert decode(body, 3) == [({"content-type": "a/b", "x": "y:z"}, b"1"), ({}, b"2")]


def test_preamble_epilogue_and_padding_are_skipped() -> None:
    body = b"hello\r\n--b0unDary \t \r\n\r\nX\r\n--b0unDary--  \r\nbye\r\n--b0unDary\r\n"
    assert decode(body, 2) == [({}, b"X")]


def test_a_line_that_only_begins_like_a_boundary_is_content() -> None:
    content = b"1\r\n--b0unDaryX\r\n--b0unDary-\r\n2\r\n--b0unDary -\r\n"
    assert decode(encode([({}, content)]), 4) == [({}, content)]


def test_unread_content_is_passed_over() -> None:
    body = encode([({"n": "1"}, b"x" * 5000), ({"n": "2"}, b"y")])
    reader = MultipartReader(reader_of(body, 64), BOUNDARY)
    assert [part.headers["n"] for part in reader] == ["1", "2"]


@pytest.mark.parametrize("boundary", ["", "x" * 71, "ü"])
def test_unusable_boundaries_are_refused(boundary: str) -> None:
    with pytest.raises(MultipartError) as caught:
        MultipartReader(reader_of(b""), boundary)
    assert caught.value.reason == "boundary"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "truncated"),
        (b"x" * 70_000, "preamble"),
        (b"--b0unDary\r\nA: " + b"x" * 9000 + b"\r\n\r\nX\r\n--b0unDary--", "header"),
        (b"--b0unDary\r\nA: " + b"x" * 90_000, "header"),
        (encode([({}, b"")] * 11), "parts"),
    ],
)
def test_limits(body: bytes, reason: str) -> None:
    with pytest.raises(MultipartError) as caught:
        decode(body, 1000, MultipartLimits(max_parts=10))
    assert caught.value.reason == reason


def test_memory_stays_small_for_a_large_part() -> None:
    """The reader hands out pieces as they come: it never holds more than two reads."""
    piece = b"\r\n--b0unDar" * 20_000
    body = encode([({}, piece * 40)])
    reader = MultipartReader(reader_of(body), BOUNDARY)
    (part,) = [*iter_first(reader)]
    largest = max(len(chunk) for chunk in part.content)
    assert largest <= 2 * 256 * 1024


def iter_first(reader: MultipartReader):  # type: ignore[no-untyped-def]
    yield next(iter(reader))
