"""The gateway between event loop and threads, without a network."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from dicomweb.gateway import Gateway, environment

closed: list[str] = []


def echo(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(request.read(), content_type="x/y")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


def facts(request: HttpRequest, name: str) -> HttpResponse:
    words = [
        request.method,
        request.path,
        request.META["QUERY_STRING"],
        request.META["REMOTE_ADDR"],
    ]
    return HttpResponse("|".join(str(word) for word in words))


def lines(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"".join(request))


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    def chunks() -> Iterator[bytes]:
        try:
            for number in range(100_000):
                yield b"%d," % number
                if number == 4 and "broken" in request.GET:
                    raise ValueError
                if number == 4 and "endless" not in request.GET:
                    return
        finally:
            closed.append("streamed")

    return StreamingHttpResponse(chunks())


urlpatterns = [
    path("echo", echo),
    path("facts/<str:name>", facts),
    path("lines", lines),
    path("streamed", streamed),
]


async def asynchronous(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "asynchronous", "path": scope.get("path")})


def scope_of(target: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    where, _, query = target.partition("?")
    fields = {"host": "testserver", **{name.replace("_", "-"): v for name, v in headers.items()}}
    return {
        "type": "http",
        "method": method,
        "path": where,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        "client": ("192.0.2.1", 4711),
        "server": ("127.0.0.1", 80),
    }


async def _ask(scope: dict[str, Any], body: list[bytes], gone_after: int | None) -> list[Any]:
    sent: list[Any] = []
    messages = [
        {"type": "http.request", "body": piece, "more_body": number + 1 < len(body)}
        for number, piece in enumerate(body or [b""])
    ]
    gone = asyncio.Event()

    async def receive() -> Any:
        if messages:
            return messages.pop(0)
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        await asyncio.sleep(0)
        if gone_after is not None and len(sent) >= gone_after:
            gone.set()

    await Gateway(asynchronous, ("/events/",), threads=2)(scope, receive, send)
    return sent


def ask(
    target: str,
    method: str = "GET",
    body: list[bytes] | None = None,
    gone_after: int | None = None,
    **headers: str,
) -> list[Any]:
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["testserver"]):
        return asyncio.run(_ask(scope_of(target, method, **headers), body or [], gone_after))


def content(sent: list[Any]) -> bytes:
    return b"".join(message["body"] for message in sent[1:])


def test_a_body_in_pieces_reaches_the_view_whole() -> None:
    pieces = [b"a" * 70_000, b"", b"b" * 3, b"c" * 300_000]
    sent = ask("/echo", "POST", pieces, content_length="370003", content_type="x/y")
    assert content(sent) == b"".join(pieces)
    assert [value for name, value in sent[0]["headers"] if name == b"set-cookie"] == [
        b"a=1; Path=/",
        b"b=2; Path=/",
    ]


def test_a_body_is_not_read_past_its_length() -> None:
    sent = ask("/echo", "POST", [b"abcdef"], content_length="3", content_type="x/y")
    assert content(sent) == b"abc"


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [("multipart/related; boundary=b", b"abcdef"), ("application/json", b"")],
)
def test_chunked_bodies_only_where_views_count_them(content_type: str, expected: bytes) -> None:
    sent = ask(
        "/echo",
        "POST",
        [b"abc", b"def"],
        transfer_encoding="chunked",
        content_type=content_type,
    )
    assert content(sent) == expected


def test_lines_of_a_body() -> None:
    sent = ask("/lines", "POST", [b"a\nb", b"\nc"], content_length="5", content_type="x/y")
    assert content(sent) == b"a\nb\nc"


def test_the_view_sees_the_request_as_it_is() -> None:
    sent = ask("/facts/ü x?q=%C3%BC&r=1")
    assert content(sent).decode() == "GET|/facts/ü x|q=%C3%BC&r=1|192.0.2.1"


def test_streams_are_sent_piece_by_piece_and_closed() -> None:
    closed.clear()
    sent = ask("/streamed")
    assert content(sent) == b"0,1,2,3,4,"
    assert [message.get("more_body") for message in sent] == [None, *[True] * 5, False]
    assert closed == ["streamed"]


def test_a_stream_that_breaks_is_not_ended_as_if_it_were_whole() -> None:
    with pytest.raises(ValueError):
        ask("/streamed?broken")


def test_a_client_that_goes_ends_the_stream() -> None:
    closed.clear()
    sent = ask("/streamed?endless", gone_after=20)
    assert 20 <= len(sent) < 1000
    assert closed == ["streamed"]


def test_some_paths_and_other_protocols_go_elsewhere() -> None:
    assert ask("/events/")[0] == {"type": "asynchronous", "path": "/events/"}
    lifespan = asyncio.run(_ask({"type": "lifespan"}, [], None))
    assert lifespan[0]["type"] == "asynchronous"


def test_headers_that_would_pass_for_others_are_dropped() -> None:
    scope = scope_of("/")
    scope["headers"] += [
        (b"x_forwarded_for", b"198.51.100.1"),
        (b"accept", b"a/b"),
        (b"accept", b"c/d"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
    ]
    environ = environment(scope, None)
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert (environ["HTTP_ACCEPT"], environ["HTTP_COOKIE"]) == ("a/b,c/d", "a=1; b=2")
