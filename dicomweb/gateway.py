"""The way from the event loop to synchronous views: one thread for a request, and a streamed body.

Django's own ASGI handler reads a body to its end, into a temporary file, before anybody has asked
who sends it; moves to another thread for each middleware; and opens a database connection for
each request. Views that are synchronous anyway run here on threads that stay, with connections
that stay, and read the body from the socket at their own pace. Views that are asynchronous by
nature (server-sent events) keep Django's handler.

References: PEP 3333 (WSGI), the ASGI specification's HTTP connection scope.
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.response import HttpResponseBase

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_THREADS: Final = 32
# A client that takes or gives nothing for so long is given up; its thread is wanted.
_STALL_S: Final = 120.0
_READ_BYTES: Final = 256 * 1024
# Bodies of unknown length are read as they come only where the view counts what it reads.
_STREAMED_TYPES: Final = ("multipart/related", "application/dicom", "multipart/form-data")


class _ClientGoneError(ConnectionError):
    """The client closed the connection, or stalled."""


class StreamedRequest(WSGIRequest):
    """A request whose body may have no Content-Length (HTTP/1.1 chunked transfer coding)."""

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__(environ)
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ and "CONTENT_LENGTH" not in environ
        if is_chunked and (self.content_type or "").lower() in _STREAMED_TYPES:
            self._stream = environ["wsgi.input"]


class _Handler(WSGIHandler):
    request_class = StreamedRequest


class _Exchange:
    """One request and its answer, seen from the thread; the event loop does what it asks for."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._is_body_over = False
        self._is_gone = False

    def _wait_for(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(_STALL_S)
        except TimeoutError:
            future.cancel()
            raise _ClientGoneError from None

    def read(self) -> bytes:
        """Return some more of the body; none at its end, or when the client is gone."""
        while not self._is_body_over:
            message = self._wait_for(self._next_message())
            self._is_body_over = not message.get("more_body", False)
            if body := message.get("body", b""):
                return bytes(body)
        return b""

    async def _next_message(self) -> Message:
        message = await self._receive()
        self._is_gone = message["type"] == "http.disconnect"
        return message

    def send_streamed(self, status: int, headers: list[Any], chunks: Iterable[bytes]) -> None:
        """Send an answer chunk by chunk, no faster than the client takes it."""
        watcher = asyncio.run_coroutine_threadsafe(self._watch(), self._loop)
        try:
            self._wait_for(self._start(status, headers))
            for chunk in chunks:
                if self._is_gone:
                    raise _ClientGoneError
                if chunk:
                    self._wait_for(self._body(chunk, True))
            self._wait_for(self._body(b"", False))
        finally:
            watcher.cancel()

    async def _watch(self) -> None:
        """Notice when the client goes: sending to one that is gone looks like success."""
        while not self._is_gone:
            await self._next_message()

    async def _start(self, status: int, headers: list[Any]) -> None:
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _body(self, content: bytes, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": content, "more_body": more})

    async def send_whole(self, status: int, headers: list[Any], content: bytes) -> None:
        """Send an answer that is there already; for the event loop."""
        await self._start(status, headers)
        await self._body(content, False)


class _BodyStream(io.RawIOBase):
    """The body of a request as a raw stream."""

    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange
        self._chunk = memoryview(b"")

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what has come, waiting for something if nothing has."""
        if not self._chunk:
            self._chunk = memoryview(self._exchange.read())
        count = min(len(buffer), len(self._chunk))
        buffer[:count] = self._chunk[:count]
        self._chunk = self._chunk[count:]
        return count


def environment(scope: Scope, body: Any) -> dict[str, Any]:
    """Return the WSGI environment of an ASGI scope.

    Header names with an underscore are left out: they would pass for those with a hyphen, which a
    proxy before us may have set.
    """
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", "").encode().decode("latin-1"),
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        key = f"HTTP_{key}"
    if key in environ:
        separator = "; " if key == "HTTP_COOKIE" else ","
        value = f"{environ[key]}{separator}{value}"
    environ[key] = value


def _has_body(scope: Scope) -> bool:
    names = {bytes(name).lower() for name, _ in scope["headers"]}
    return b"content-length" in names or b"transfer-encoding" in names


class Gateway:
    """An ASGI application of synchronous Django, with another application for some paths.

    Parameters
    ----------
    asynchronous : application
        What answers paths that begin with one of `asynchronous_paths`, and what isn't HTTP.
    asynchronous_paths : tuple of str
        Their beginnings.
    threads : int
        Requests at once; more wait. A download to a slow client takes one for as long.
    """

    def __init__(
        self,
        asynchronous: Application,
        asynchronous_paths: tuple[str, ...],
        threads: int = _THREADS,
    ) -> None:
        self._asynchronous = asynchronous
        self._asynchronous_paths = asynchronous_paths
        self._handler = _Handler()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection's request."""
        if scope["type"] != "http" or scope["path"].startswith(self._asynchronous_paths):
            await self._asynchronous(scope, receive, send)
            return
        exchange = _Exchange(receive, send)
        loop = asyncio.get_running_loop()
        whole = await loop.run_in_executor(self._threads, self._answer, scope, exchange)
        if whole is not None:
            await exchange.send_whole(*whole)

    def _answer(self, scope: Scope, exchange: _Exchange) -> tuple[int, list[Any], bytes] | None:
        """Run the view; send what is streamed and return None, or return what is not."""
        body: Any = io.BytesIO()
        if _has_body(scope):
            body = io.BufferedReader(_BodyStream(exchange), _READ_BYTES)
        try:
            response = self._handler(environment(scope, body), _discard_start)
        except _ClientGoneError:
            return 408, [(b"content-length", b"0")], b""
        try:
            return self._pass_on(response, exchange)
        except _ClientGoneError:
            return None
        finally:
            response.close()

    def _pass_on(
        self, response: HttpResponseBase, exchange: _Exchange
    ) -> tuple[int, list[Any], bytes] | None:
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in response.items()
        ]
        headers += [
            (b"set-cookie", morsel.OutputString().encode("latin-1"))
            for morsel in response.cookies.values()
        ]
        if not response.streaming:
            return response.status_code, headers, b"".join(response)
        exchange.send_streamed(response.status_code, headers, response)
        return None


def _discard_start(status: str, headers: list[Any], error: Any = None) -> Callable[[bytes], object]:
    """Stand in for WSGI's start_response: the response itself says all of it."""
    return bytes
