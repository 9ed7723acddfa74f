"""The reading follows what becomes of the study's objects, in the transaction of the cause."""

from django.db.models import F

from archive.models import Series, Study
from notifications.outbox import publish
from reports.models import Acceptance, Quality, Reading
from reports.quality import clocks


def follow_visibility(study: Study) -> None:
    """Stop the reading's clock when all of the study is rejected; let it go on when it is not."""
    reading = Reading.objects.select_for_update().filter(study=study).first()
    if reading is None:
        return
    if study.is_hidden and study.hidden_count:
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
    Reading.objects.filter(pk=reading.pk).update(quality=quality, revision=F("revision") + 1)
    study = reading.study
    publish(
        "reading.changed",
        facility_id=study.facility_id,
        payload={"study": study.study_instance_uid, "study_id": study.pk},
    )
