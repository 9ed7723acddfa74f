import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from notifications.stream import (
    HUB,
    Listener,
    Subscription,
    TooManyListenersError,
    events_after,
)

HEARTBEAT_SECONDS = 15.0
# How long a right that was taken away may go on being used here.
RECHECK_SECONDS = 10.0
RECONNECT_MS = 3000


@require_GET
async def events(request: HttpRequest) -> HttpResponseBase:
    """Stream what happens, as server-sent events, to whoever may know of it."""
    if not isinstance(request, ASGIRequest):
        # A synchronous worker would be taken up by one listener for as long as the page is open.
        return _problem(503, _("Live events need the ASGI entry point (noctisview.asgi)."))
    user: Any = await request.auser()
    if not user.is_authenticated:
        return _problem(401, _("Sign in first."))
    if not user.has_perm("archive.view_study"):
        return _problem(403, _("Your role does not include the worklist."))
    try:
        subscription = await HUB.subscribe(user)
    except TooManyListenersError:
        return _problem(503, _("Too many pages are listening."), retry_after=30)
    response = StreamingHttpResponse(
        _stream(request, subscription), content_type="text/event-stream; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _stream(request: HttpRequest, subscription: Subscription) -> AsyncIterator[bytes]:
    try:
        yield b"retry: %d\n\n" % RECONNECT_MS
        replayed: set[int] = set()
        last_id = _last_event_id(request)
        if last_id is not None:
            missed = await HUB.run(events_after, subscription.principal, last_id)
            if missed is None:
                yield _reset(subscription)
            for event in missed or ():
                replayed.add(event.id)
                yield event.encode()
        async for block in _live(request, subscription, replayed):
            yield block
    finally:
        HUB.unsubscribe(subscription)


async def _live(
    request: HttpRequest, subscription: Subscription, replayed: set[int]
) -> AsyncIterator[bytes]:
    beat = check = time.monotonic()
    while True:
        now = time.monotonic()
        if now >= check + RECHECK_SECONDS:
            check = now
            principal = await _principal_now(request)
            if principal is None:
                yield b"event: end\ndata: {}\n\n"
                return
            subscription.principal = principal
        if subscription.overflowed:
            yield _reset(subscription)
        if now >= beat + HEARTBEAT_SECONDS:
            beat = now
            yield b":\n\n"
        pause = min(beat + HEARTBEAT_SECONDS, check + RECHECK_SECONDS) - now
        event = await _next(subscription, pause)
        if event is not None and event.id not in replayed:
            yield event.encode()


async def _next(subscription: Subscription, seconds: float) -> Any:
    try:
        return await asyncio.wait_for(subscription.queue.get(), max(seconds, 0.01))
    except TimeoutError:
        return None


def _reset(subscription: Subscription) -> bytes:
    """Tell the page to load its list again: more was missed than can be told."""
    subscription.overflowed = False
    while not subscription.queue.empty():
        subscription.queue.get_nowait()
    return b"event: reset\ndata: {}\n\n"


async def _principal_now(request: HttpRequest) -> Listener | None:
    """Return the listener with the rights of now; None when the session or token has ended."""
    return await HUB.run(request.reauthenticate)  # type: ignore[attr-defined]


def _last_event_id(request: HttpRequest) -> int | None:
    """Return the key from which to go on: the browser's own on reconnecting, else the page's."""
    text = request.headers.get("Last-Event-ID") or request.GET.get("last_event_id", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _problem(status: int, detail: str, retry_after: int | None = None) -> JsonResponse:
    response = JsonResponse(
        {"type": "about:blank", "status": status, "detail": detail},
        status=status,
        content_type="application/problem+json",
    )
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
