"""What a user has kept, in the form in which the page and the API tell it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from archive.models import Study
from viewer.models import Hanging, ReadingPlace

# After that nobody remembers having stopped there.
KEPT_FOR: Final = timedelta(days=14)


def hangings_of(user: Any) -> list[dict[str, Any]]:
    """Return the hangings of `user`: key and protocol."""
    rows = Hanging.objects.filter(user=user).order_by("key")
    return [{"key": row.key, "protocol": row.protocol} for row in rows]


def places_of(user: Any, studies: Iterable[Study]) -> list[dict[str, str]]:
    """Return where `user` stopped in these studies, which the user must be able to see."""
    rows = ReadingPlace.objects.filter(
        user=user,
        study_id__in=[study.pk for study in studies],
        changed_at__gte=timezone.now() - KEPT_FOR,
    ).select_related("study")
    return [
        {
            "studyInstanceUID": row.study.study_instance_uid,
            "view": row.view,
            "at": row.changed_at.isoformat(),
        }
        for row in rows
    ]
