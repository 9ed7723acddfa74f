"""NOCTIS and OHIF from one process: 127.0.0.1 is NOCTIS, localhost is OHIF on NOCTIS's DICOMweb.

So neither has a proxy, a worker or a cache that the other has not. OHIF's files come compressed, as
the web server of its own container image sends them.
"""

import json
import mimetypes
import os
from collections import Counter
from pathlib import Path
from typing import Any

from noctisview.asgi import application as noctis

DIST = Path(os.environ["BENCHMARK_OHIF_DIST"])
CONFIG = Path(__file__).with_name("ohif_config.js")
COUNTS_PATH = "/benchmark-counts"
_TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}
_counts: Counter[str] = Counter()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer by the name under which we were called; count what is sent."""
    if scope["type"] != "http":
        await noctis(scope, receive, send)
    elif scope["path"] == COUNTS_PATH:
        await _answer(send, json.dumps(dict(_counts)).encode(), {"content-type": _TYPES[".json"]})
        _counts.clear()
    else:
        await _counted(scope, receive, send)


async def _counted(scope: Any, receive: Any, send: Any) -> None:
    async def count(message: Any) -> None:
        _counts["bytes"] += len(message.get("body", b""))
        _counts["bytes"] += sum(len(k) + len(v) + 4 for k, v in message.get("headers", ()))
        _counts["requests"] += message["type"] == "http.response.start"
        await send(message)

    host = dict(scope["headers"]).get(b"host", b"")
    if host.startswith(b"localhost") and not scope["path"].startswith("/dicom-web"):
        await _ohif(scope["path"], count)
    else:
        await noctis(scope, receive, count)


async def _ohif(path: str, send: Any) -> None:
    file = CONFIG if path == "/app-config.js" else (DIST / path.lstrip("/")).resolve()
    if file != CONFIG and not (file.is_relative_to(DIST) and file.is_file()):
        file = DIST / "index.html"
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    headers = {"content-type": kind or "application/octet-stream"}
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["cross-origin-embedder-policy"] = "require-corp"
    packed = file.with_name(file.name + ".gz")
    if packed.is_file():
        file, headers["content-encoding"] = packed, "gzip"
    await _answer(send, file.read_bytes(), headers)


async def _answer(send: Any, body: bytes, headers: dict[str, str]) -> None:
    headers["content-length"] = str(len(body))
    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": listed})
    await send({"type": "http.response.body", "body": body})
