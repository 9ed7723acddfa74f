"""The reading follows what becomes of the study's objects, in the transaction of the cause."""

from archive.models import Series, Study
from reports.assignment import clocks
from reports.models import Acceptance, Quality, Reading
from reports.readings import change_reading


def follow_visibility(study: Study) -> None:
    """Stop the reading's clock when nothing of the study is left to read; else let it go on.

    That is so when all of it is rejected, and when its series were moved to another study.
    """
    reading = Reading.objects.select_for_update().filter(study=study).first()
    if reading is None:
        return
    if study.is_hidden:
        clocks.pause(reading)
        set_quality(reading, Quality.REJECTED)
    else:
        clocks.resume(reading)
        set_quality(reading, quality_of(study))


def quality_of(study: Study) -> str:
    """Return what is said of a study that is not rejected: accepted when all of it is."""
    accepted = list(Acceptance.objects.filter(study=study))
    if any(one.is_of_study for one in accepted):
        return Quality.ACCEPTED
    if not accepted:
        return Quality.UNCHECKED
    uids = {uid for one in accepted for uid in one.series_uids}
    seen = Series.objects.filter(study=study, is_hidden=False).exclude(modality="KO")
    series = set(seen.values_list("series_instance_uid", flat=True))
    return Quality.ACCEPTED if series and series <= uids else Quality.UNCHECKED


def set_quality(reading: Reading, quality: str) -> None:
    """Set what is said of the study as a whole, and have its row drawn again."""
    change_reading(reading, reading.study, quality=quality)
