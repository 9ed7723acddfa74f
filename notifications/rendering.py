"""The words of a notice, made when it is shown, under the rights that its reader has then."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from notifications.kinds import KINDS, Kind
from notifications.models import Delivery, Notice


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of an event.

    Parameters
    ----------
    text : str
        The line below the title; it may hold a patient's data.
    url : str
        Path of the page where one goes on.
    title : str
        Instead of the kind's own.
    """

    text: str = ""
    url: str = "/worklist/"
    title: str = ""


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice as its reader sees it."""

    notice: Notice
    kind: Kind
    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to somebody without an account: nothing of a patient but what its maker chose."""

    subject: str
    lines: tuple[str, ...]
    url: str = ""
    action: str = ""


Renderer = Callable[[Any, list[Notice]], Mapping[int, Words]]
LetterWriter = Callable[[Delivery], Letter | None]

_RENDERERS: Final[dict[str, Renderer]] = {}
_WRITERS: Final[dict[str, LetterWriter]] = {}


def render_with(renderer: Renderer, topics: Iterable[str]) -> None:
    """Register who makes the words for notices of these topics.

    It gets the reader and notices, and returns words by the notices' keys; what the reader may
    not see (any more) is left out.
    """
    for topic in topics:
        _RENDERERS[topic] = renderer


def write_letters_with(writer: LetterWriter, topics: Iterable[str]) -> None:
    """Register who writes to people without an account about these topics."""
    for topic in topics:
        _WRITERS[topic] = writer


def shown_notices(user: Any, notices: list[Notice]) -> list[ShownNotice]:
    """Return those of `notices` that `user` may see now, with their words, in their order."""
    words: dict[int, Words] = {}
    for renderer in {_RENDERERS.get(one.topic, _plain) for one in notices}:
        own = [one for one in notices if _RENDERERS.get(one.topic, _plain) is renderer]
        words |= renderer(user, own)
    return [_shown(one, words[one.pk]) for one in notices if one.pk in words and one.kind in KINDS]


def _shown(notice: Notice, words: Words) -> ShownNotice:
    kind = KINDS[notice.kind]
    return ShownNotice(notice, kind, words.title or str(kind.label), words.text, words.url)


def _plain(user: Any, notices: list[Notice]) -> dict[int, Words]:
    """Say of a topic that nobody registered for no more than that it happened."""
    allowed = [one for one in notices if one.kind in KINDS and user.has_perm(KINDS[one.kind].needs)]
    return {one.pk: Words() for one in allowed}


def letter_for(delivery: Delivery) -> Letter | None:
    """Return the mail to somebody without an account; None when it is not needed any more."""
    writer = _WRITERS.get(delivery.topic)
    return writer(delivery) if writer else Letter(_("A message from NOCTIS"), ())
