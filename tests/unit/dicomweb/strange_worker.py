"""A worker that does what a codec under attack may do; run by test_workers.py."""

import os
import time
from typing import Any, BinaryIO

from dicomkit.errors import PixelError
from dicomweb.worker_side import serve


def do(task: dict[str, Any], file: BinaryIO, content: bytes) -> bytes:
    match task["operation"]:
        case "read":
            return file.read() + content
        case "pid":
            return str(os.getpid()).encode()
        case "refuse":
            raise PixelError("bomb", "It is one.")
        case "fail":
            raise RuntimeError("path of something secret")
        case "crash":
            os.abort()
        case "loop":
            time.sleep(60)
        case "memory":
            return bytes(task["size"])
    return b""


if __name__ == "__main__":
    serve(do)
