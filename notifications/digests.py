"""The daily digest: one mail for what was not worth one of its own."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from notifications.mail_settings import mail_is_configured
from notifications.models import Delivery, Notice
from notifications.preferences import wishes_of_users


def make_due_digests(now: datetime | None = None) -> int:
    """Make the deliveries of digests whose time has come; return how many."""
    if not mail_is_configured():
        return 0
    now = now or timezone.now()
    waiting = Notice.objects.filter(wants_digest=True).order_by()
    keys = list(waiting.values_list("user_id", flat=True).distinct())
    wishes = wishes_of_users(keys)
    return sum(make_digest(key, wishes[key].last_digest(now)) for key in keys)


@transaction.atomic
def make_digest(user_id: int, due: datetime) -> int:
    """Gather a user's notices from before `due` into one delivery; 0 when there are none."""
    # Whoever has the user's row makes the digest; another worker finds nothing left.
    users = get_user_model()._default_manager.select_for_update(skip_locked=True)
    if not users.filter(pk=user_id).exists():
        return 0
    notices = Notice.objects.filter(user_id=user_id, wants_digest=True, created_at__lt=due)
    if not notices.exists():
        return 0
    delivery, _is_new = Delivery.objects.get_or_create(
        source=f"digest:{due:%Y-%m-%dT%H:%M%z}",
        channel=Delivery.Channel.DIGEST,
        recipient=f"user:{user_id}",
        defaults={"user_id": user_id},
    )
    notices.update(wants_digest=False, digest=delivery)
    return 1
