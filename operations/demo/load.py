"""Brings the demo studies into the archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime

from archive.models import Study
from archive.outcome import Door, Origin, Outcome, OutcomeKind
from operations.demo.catalogue import DemoStudy, studies
from operations.demo.production import Made, produce
from operations.intake import at_once, store_bytes

Progress = Callable[[int, int, str], None]


@dataclass
class DemoSummary:
    """What loading the demo came to."""

    studies: int = 0
    present: int = 0
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
    modalities: Collection[str] = (),
) -> DemoSummary:
    """Generate the demo studies that the archive doesn't hold yet, and ingest them.

    Parameters
    ----------
    facility_ids
        Primary key of the facility for each ``DemoStudy.facility_key``.
    today
        Date of the newest studies. When some of the demo was loaded before, the rest is dated
        to go with it: loading again adds nothing, on whatever day.
    progress
        Called with instances done, instances in all, and a line that says what is being made.
    modalities
        Only the studies of these modalities; all when empty.

    Returns
    -------
    DemoSummary
        Counts by outcome; the outcomes that were no success are kept. ``present`` studies were
        there already, whole.

    Raises
    ------
    KeyError
        A study belongs to a facility that ``facility_ids`` doesn't name; nothing was stored.
    ArchiveFullError, ArchiveUnavailableError
        The rest was not tried; loading again goes on where it stopped.
    """
    today = _day_of_first_load(facility_ids, today) or today
    wanted = [s for s in studies(today) if not modalities or s.modality in modalities]
    origins = {
        study.key: Origin(Door.IMPORT, facility_ids[study.facility_key], actor_name="demo")
        for study in wanted
    }
    missing = [study for study in wanted if not _is_whole(study, facility_ids)]
    summary = DemoSummary(len(missing), len(wanted) - len(missing))
    _ingest(missing, today, origins, summary, progress)
    return summary


def _ingest(
    missing: Sequence[DemoStudy],
    today: date,
    origins: Mapping[str, Origin],
    summary: DemoSummary,
    progress: Progress,
) -> None:
    titles = {study.key: study.description for study in missing}
    total = sum(study.count for study in missing)

    def take(made: Made) -> tuple[Made, Outcome]:
        return made, store_bytes(made.content, origins[made.key])

    with closing(produce(missing, today)) as objects, closing(at_once(take, objects)) as taken:
        for made, outcome in taken:
            summary.count(outcome, len(made.content))
            progress(summary.instances, total, titles[made.key])


def _is_whole(study: DemoStudy, facility_ids: Mapping[str, int]) -> bool:
    """Say whether the archive holds all instances of a study."""
    return Study.objects.filter(
        facility_id=facility_ids[study.facility_key],
        study_instance_uid=study.study_instance_uid,
        instance_count__gte=study.count,
    ).exists()


def _day_of_first_load(facility_ids: Mapping[str, int], today: date) -> date | None:
    """Return the date that the newest studies of an earlier load bear; None when there is none."""
    for study in studies(today):
        found = Study.objects.filter(
            facility_id=facility_ids[study.facility_key], accession_number=study.visit.accession
        ).order_by("-study_date")
        for uid, written in found.values_list("study_instance_uid", "study_date"):
            day = _same_day(study, today, written)
            if day and any(other.study_instance_uid == uid for other in studies(day)):
                return day
    return None


def _same_day(study: DemoStudy, today: date, written: str) -> date | None:
    """Return the day of whose demo a study of this date would be part."""
    try:
        made = datetime.strptime(written, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return None
    return today + (made - study.visit.when.date())
