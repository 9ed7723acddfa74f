"""The password once more before a signature: counted, recorded, and telling nothing else."""

from typing import Any, Final

from django.core.cache import cache
from django.utils.translation import gettext as _

from archive.models import Study
from audit.actors import Actor
from audit.lifecycle_events import Subject, record_signature_refused
from reports.errors import ReauthenticationError, TooManyAttemptsError

ATTEMPTS: Final = 5
WINDOW_S: Final = 300


def reauthenticate(user: Any, password: str, *, study: Study, actor: Actor) -> None:
    """Check that `password` is the user's own.

    Every attempt counts before it is looked at, so that many at once are not more than one
    after the other; the right password starts the count anew.

    Raises
    ------
    TooManyAttemptsError
        After ATTEMPTS wrong ones within WINDOW_S.
    ReauthenticationError
        When it is wrong, or the account is not active.
    """
    key = f"reports.signing.{user.pk}"
    if _count(key) > ATTEMPTS:
        record_signature_refused(
            actor=actor, subject=Subject.of_study(study), reason="too many attempts"
        )
        text = _("Too many wrong passwords. Wait a few minutes, then sign again.")
        raise TooManyAttemptsError(text, retry_after=WINDOW_S)
    if not (user.is_active and user.check_password(password)):
        record_signature_refused(actor=actor, subject=Subject.of_study(study), reason="password")
        raise ReauthenticationError(_("The password is not right. Nothing was signed."))
    cache.delete(key)


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW_S)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two
        cache.set(key, 1, WINDOW_S)
        return 1
