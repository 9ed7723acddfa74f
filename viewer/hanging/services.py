"""Keeping what a user has hung, and where the user stopped; each user's own, and nobody else's."""

from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from archive.models import Study
from viewer.hanging.content import Protocol
from viewer.models import Hanging, ReadingPlace

PER_USER: Final = 200
# The places that a user keeps; the oldest go.
PLACES_PER_USER: Final = 500


class TooManyHangingsError(Exception):
    """The user has as many as one may have."""


def keep_hanging(user: Any, key: str, protocol: Protocol) -> None:
    """Keep how `user` wants studies of this kind to hang, in place of what was kept before.

    Raises
    ------
    TooManyHangingsError
        There is no room for one more.
    """
    with transaction.atomic():
        others = Hanging.objects.filter(user=user).exclude(key=key)
        if others.count() >= PER_USER:
            raise TooManyHangingsError
        Hanging.objects.update_or_create(
            user=user, key=key, defaults={"protocol": protocol, "changed_at": timezone.now()}
        )


def forget_hanging(user: Any, key: str) -> None:
    """Forget how `user` wants such studies to hang."""
    Hanging.objects.filter(user=user, key=key).delete()


def keep_place(user: Any, study: Study, view: str) -> None:
    """Keep what `user` sees of a study, for the next time."""
    with transaction.atomic():
        ReadingPlace.objects.update_or_create(
            user=user, study=study, defaults={"view": view, "changed_at": timezone.now()}
        )
        newest = ReadingPlace.objects.filter(user=user).order_by("-changed_at", "-pk")
        old = list(newest.values_list("pk", flat=True)[PLACES_PER_USER : PLACES_PER_USER + 100])
        ReadingPlace.objects.filter(pk__in=old).delete()


def forget_place(user: Any, study: Study) -> None:
    """Forget where `user` stopped in a study."""
    ReadingPlace.objects.filter(user=user, study=study).delete()
