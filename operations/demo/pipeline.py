"""Runs a generator over a few threads and keeps the order, a bounded number ahead."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(make: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield ``make(item)`` for every item in order, computed ahead by as many threads as cores.

    At most two results a thread wait at once, so that memory stays bounded.
    """
    workers = min(4, os.cpu_count() or 1)
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, "demo") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(make, item))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
