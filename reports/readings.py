"""The reading of a study as the lock and the messenger of all that happens to its report.

Whoever changes a study's reading, lease, draft or versions holds the lock of its reading until
the transaction ends: one lock for each study, so nothing waits in a circle.
"""

from typing import Any

from archive.models import Study
from notifications.outbox import publish
from reports.models import Reading


def lock_reading(study: Study) -> Reading:
    """Return the reading of `study`, locked until the transaction ends.

    Raises
    ------
    Reading.DoesNotExist
        When the study was deleted meanwhile.
    """
    return Reading.objects.select_for_update().get(study=study)


def change_reading(reading: Reading, study: Study, **values: Any) -> None:
    """Set columns of a locked reading and have its row drawn again wherever it is shown."""
    for name, value in values.items():
        setattr(reading, name, value)
    reading.revision += 1
    reading.save(update_fields=[*values, "revision"])
    tell("reading.changed", study)


def tell(topic: str, study: Study, **payload: Any) -> None:
    """Publish what happened to a study, in the caller's transaction."""
    facts = {"study": study.study_instance_uid, "study_id": study.pk, **payload}
    publish(topic, facility_id=study.facility_id, payload=facts)
