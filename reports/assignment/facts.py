"""A reading as the API tells of it."""

from typing import Any, Final

from reports.models import Reading
from reports.selectors import person

_READING_TIMES: Final = (
    "received_at",
    "assigned_at",
    "opened_at",
    "preliminary_at",
    "final_at",
    "due_at",
)


def reading_facts(reading: Reading) -> dict[str, Any]:
    """Return where the reading stands."""
    return {
        "status": reading.status,
        "quality": reading.quality,
        "priority": reading.priority,
        "priority_label": reading.get_priority_display(),
        "priority_reason": reading.priority_reason,
        "clinical_history": reading.clinical_history,
        "indication": reading.indication,
        "assigned_to": person(reading.assigned_to),
        "assigned_because": reading.assigned_because,
        **{name: getattr(reading, name) for name in _READING_TIMES},
    }
