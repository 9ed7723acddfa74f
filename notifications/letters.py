"""What stands in a mail: without anything of a patient, unless the facility chose otherwise."""

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.kinds import KINDS
from notifications.mail_settings import absolute_url, message_domain
from notifications.models import Delivery, MailPolicy, Notice
from notifications.rendering import Letter, ShownNotice, letter_for, shown_notices

_LINES_OF_DIGEST = 100


def message_of(delivery: Delivery) -> EmailMultiAlternatives | None:
    """Return the mail of a delivery; None when there is nobody or nothing to tell any more."""
    if delivery.user_id is None:
        letter, address = letter_for(delivery), delivery.recipient.removeprefix("mail:")
    else:
        letter, address = _letter_to_user(delivery), delivery.user.email  # type: ignore[union-attr]
    return _message(delivery, letter, address) if letter and address else None


def _letter_to_user(delivery: Delivery) -> Letter | None:
    if not delivery.user or not delivery.user.is_active:
        return None
    if delivery.channel == Delivery.Channel.DIGEST:
        return _digest(delivery)
    if delivery.notice is None:
        return None
    shown = shown_notices(delivery.user, [delivery.notice])
    return _single(shown[0]) if shown else None


def _single(shown: ShownNotice) -> Letter:
    lines = [str(shown.kind.sentence)]
    if shown.text and _includes_patient([shown.notice])[shown.notice.pk]:
        lines.append(shown.text)
    # Not the page itself: its address holds the study's UID.
    path = f"/notifications/{shown.notice.pk}/"
    return Letter(str(shown.kind.label), tuple(lines), path, _("Open in NOCTIS"))


def _digest(delivery: Delivery) -> Letter | None:
    notices = list(delivery.notices.filter(read_at__isnull=True).order_by("pk"))
    shown = shown_notices(delivery.user, notices)
    if not shown:
        return None
    subject = ngettext("%(count)s notification", "%(count)s notifications", len(shown))
    open_to = _includes_patient([one.notice for one in shown])
    lines = [_line(one, open_to[one.notice.pk]) for one in shown[:_LINES_OF_DIGEST]]
    if len(shown) > _LINES_OF_DIGEST:
        lines.append(_("… and %(count)s more.") % {"count": len(shown) - _LINES_OF_DIGEST})
    subject = subject % {"count": len(shown)}
    return Letter(subject, tuple(lines), "/notifications/", _("Open notifications"))


def _line(shown: ShownNotice, includes_patient: bool) -> str:
    sentence = str(shown.kind.sentence)
    return f"{sentence} {shown.text}" if includes_patient and shown.text else sentence


def _includes_patient(notices: list[Notice]) -> dict[int, bool]:
    """Say of each notice whether its facility lets a patient's data be written in mail."""
    keys = {one.facility_id for one in notices if one.facility_id is not None}
    policies = MailPolicy.objects.filter(facility_id__in=keys, includes_patient=True)
    chosen = set(policies.values_list("facility_id", flat=True))
    return {one.pk: one.facility_id in chosen for one in notices}


def _message(delivery: Delivery, letter: Letter, address: str) -> EmailMultiAlternatives:
    context: dict[str, Any] = {
        "letter": letter,
        "url": absolute_url(letter.url) if letter.url else "",
        "preferences_url": absolute_url("/notifications/preferences/"),
        "is_to_user": delivery.user_id is not None,
        "is_pressing": delivery.topic in KINDS and KINDS[delivery.topic].is_pressing,
    }
    message = EmailMultiAlternatives(
        subject=_one_line(f"NOCTIS: {letter.subject}"),
        body=render_to_string("notifications/mail.txt", context),
        to=[_one_line(address)],
        headers={
            # The same for every attempt, so that a repetition is known for one.
            "Message-ID": f"<{delivery.message_key}@{message_domain()}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    message.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
    return message


def _one_line(text: str) -> str:
    """Return text without what would begin another header line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
