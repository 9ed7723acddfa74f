"""Generates the demo studies into the archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from archive.outcome import Door, Origin, Outcome, OutcomeKind
from operations.demo.catalogue import DemoStudy, studies
from operations.demo.encode import to_bytes
from operations.demo.intake import store_bytes

Progress = Callable[[int, int, str], None]


@dataclass
class DemoSummary:
    """What loading the demo came to."""

    studies: int = 0
    content_bytes: int = 0
    outcomes: Counter[OutcomeKind] = field(default_factory=Counter)
    failures: list[Outcome] = field(default_factory=list)

    @property
    def instances(self) -> int:
        """How many instances were generated."""
        return self.outcomes.total()

    def count(self, outcome: Outcome, size: int) -> None:
        """Add one instance; keep the outcome when it isn't in the archive now."""
        self.outcomes[outcome.kind] += 1
        self.content_bytes += size
        if not outcome.is_success:
            self.failures.append(outcome)


def load_demo(
    facility_ids: Mapping[str, int],
    today: date,
    progress: Progress,
    *,
    chosen: Sequence[DemoStudy] | None = None,
) -> DemoSummary:
    """Generate every demo study and ingest it.

    Parameters
    ----------
    facility_ids
        Primary key of the facility for each ``DemoStudy.facility_key``.
    today
        Date of the newest studies; loading twice with the same date adds nothing.
    progress
        Called with instances done, instances in all, and a line that says what is being made.
    chosen
        The studies to load, all of the catalogue when not given.

    Returns
    -------
    DemoSummary
        Counts by outcome; the outcomes that were no success are kept.

    Raises
    ------
    KeyError
        A study belongs to a facility that ``facility_ids`` doesn't name; nothing was stored.
    ArchiveFullError, ArchiveUnavailableError
        The rest was not tried; loading again goes on where it stopped.
    """
    wanted = list(studies(today) if chosen is None else chosen)
    origins = [
        Origin(Door.IMPORT, facility_ids[study.facility_key], actor_name="demo") for study in wanted
    ]
    total = sum(study.count for study in wanted)
    summary = DemoSummary()
    for study, origin in zip(wanted, origins, strict=True):
        line = f"{study.modality} {study.description}"
        progress(summary.instances, total, line)
        for dataset in study.datasets():
            content = to_bytes(dataset)
            summary.count(store_bytes(content, origin), len(content))
            progress(summary.instances, total, line)
        summary.studies += 1
    return summary
