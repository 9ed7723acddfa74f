"""Makes the demo's objects with all cores: portions of studies, each in a process of its own."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from operations.demo.catalogue import DemoStudy, studies
from operations.demo.encode import to_bytes

_ERRAND_S = 10.0  # of one core, about
_MOST_WORKERS = 4  # each holds 200 to 400 MB
_SPARE = 2  # errands that are ready when a worker has finished one: more would cost memory


class Made(NamedTuple):
    """A complete Part 10 object and the key of the study that it belongs to."""

    key: str
    content: bytes


class Portion(NamedTuple):
    """Some units of a study."""

    key: str
    units: range


Errand = tuple[Portion, ...]


def errands(chosen: Sequence[DemoStudy]) -> list[Errand]:
    """Cut the studies into pieces of work, the longest first.

    A piece is long enough that the growing of a body, which every process does for itself, is
    little beside it. Small studies of one patient stay together: they show the same body.
    """
    together: dict[str, list[Portion]] = {}
    efforts: dict[Errand, float] = {}
    for study in chosen:
        pieces = math.ceil(study.units * study.effort_s / _ERRAND_S)
        bounds = [round(study.units * n / pieces) for n in range(pieces + 1)]
        portions = [Portion(study.key, range(*pair)) for pair in pairwise(bounds)]
        if pieces == 1:
            together.setdefault(study.patient.identifier, []).extend(portions)
        else:
            efforts |= {(portion,): len(portion.units) * study.effort_s for portion in portions}
    known = {study.key: study.effort_s for study in chosen}
    for whole in together.values():
        efforts[tuple(whole)] = sum(len(units) * known[key] for key, units in whole)
    return sorted(efforts, key=lambda errand: -efforts[errand])


def run_errand(today: date, errand: Errand) -> list[Made]:
    """Make the objects of an errand; any process of this machine makes the same bytes."""
    known = {study.key: study for study in studies(today)}
    return [
        Made(key, to_bytes(dataset))
        for key, units in errand
        for dataset in known[key].datasets(units)
    ]


def produce(chosen: Sequence[DemoStudy], today: date) -> Generator[Made, None, None]:
    """Yield all objects of the chosen studies, made by as many processes as there are cores.

    Studies come portion by portion, in no particular order.

    Parameters
    ----------
    chosen
        Studies out of ``studies(today)``.
    today
        The date that the catalogue was asked for.
    """
    work = errands(chosen)
    workers = min(_MOST_WORKERS, _cores(), len(work))
    if workers < 2:
        for errand in work:
            yield from run_errand(today, errand)
        return
    # Never forked: the caller has threads and an open database.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_die_silently) as pool:
        try:
            yield from _as_they_come(pool, today, deque(work), workers + _SPARE)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _as_they_come(
    pool: ProcessPoolExecutor, today: date, work: deque[Errand], at_once: int
) -> Generator[Made, None, None]:
    """Yield what the processes make, in the order in which they finish."""
    running: set[Future[list[Made]]] = set()
    while work or running:
        while work and len(running) < at_once:
            running.add(pool.submit(run_errand, today, work.popleft()))
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            yield from future.result()


def _cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not everywhere
        return os.cpu_count() or 1


def _die_silently() -> None:
    """End at Ctrl-C without a traceback: the parent speaks for all."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
