"""Sending a body: whole or in ranges, from memory when small, in chunks when large.

References: RFC 9110 13 (conditional requests), 14 (range requests).
"""

import re
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from typing import Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from dicomweb.body import Body

# Up to here one piece of memory is faster than a stream.
_WHOLE_BYTES: Final = 4 * 1024 * 1024
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# Patients' data: no browser and no proxy keeps a copy (an entity tag serves programs that do).
CACHE_CONTROL: Final = "no-store"


def body_response(
    request: HttpRequest, body: Body, content_type: str, etag: str = ""
) -> HttpResponseBase:
    """Return the answer with `body`, or with the range of it that is asked for.

    Parameters
    ----------
    etag : str
        Entity tag without its quotes; empty for none. Give one only for a body that is the same
        bytes on each request: ranges are served only then.
    """
    headers = {"Cache-Control": CACHE_CONTROL}
    if body.length is None:
        return stream(request, body.all_chunks(), content_type=content_type, headers=headers)
    if not etag:
        return _send(request, body, 0, body.length, 200, content_type, headers)
    headers |= {"ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
    if _names_tag(request.headers.get("If-None-Match", ""), etag):
        return HttpResponse(status=304, headers=headers)
    span = _range_of(request, etag, body.length)
    if span is None:
        return _send(request, body, 0, body.length, 200, content_type, headers)
    start, stop = span
    if start >= stop:
        headers["Content-Range"] = f"bytes */{body.length}"
        return HttpResponse(status=416, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{body.length}"
    return _send(request, body, start, stop, 206, content_type, headers)


def _names_tag(field: str, etag: str) -> bool:
    if not field:
        return False
    tags = (tag.strip().removeprefix("W/") for tag in field.split(","))
    return any(tag in {"*", f'"{etag}"'} for tag in tags)


def _range_of(request: HttpRequest, etag: str, length: int) -> tuple[int, int] | None:
    """Return first byte and end of the range that is asked for; None for the whole.

    Several ranges at once, other units and nonsense are ignored, as RFC 9110 14.2 allows.
    An empty range can't be satisfied.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if found is None or request.method != "GET":
        return None
    condition = request.headers.get("If-Range")
    if condition is not None and condition != f'"{etag}"':
        return None
    first, last = found.groups()
    if first:
        stop = min(int(last) + 1, length) if last else length
        return None if last and int(last) < int(first) else (int(first), stop)
    return (max(length - int(last), 0), length) if last else None


def _send(
    request: HttpRequest,
    body: Body,
    start: int,
    stop: int,
    status: int,
    content_type: str,
    headers: dict[str, str],
) -> HttpResponseBase:
    headers["Content-Length"] = str(stop - start)
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    if stop - start <= _WHOLE_BYTES:
        content = b"".join(body.chunks(start, stop))
        return HttpResponse(content, status=status, content_type=content_type, headers=headers)
    chunks = body.chunks(start, stop)
    return stream(request, chunks, status=status, content_type=content_type, headers=headers)


def stream(
    request: HttpRequest,
    chunks: Iterator[bytes],
    *,
    content_type: str,
    headers: dict[str, str],
    status: int = 200,
) -> StreamingHttpResponse:
    """Return an answer that is made while it is sent.

    The first chunk is made at once, so that what can't even begin is an error and not a stump.
    """
    begun = chain([next(chunks, b"")], chunks)
    content: Iterator[bytes] | AsyncIterator[bytes] = begun
    if isinstance(request, ASGIRequest):
        # Django would read a plain iterator to its end before it sent anything.
        content = _in_threads(begun)
    return StreamingHttpResponse(content, status=status, content_type=content_type, headers=headers)


async def _in_threads(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    step = sync_to_async(lambda: next(chunks, b""), thread_sensitive=False)
    while chunk := await step():
        yield chunk
