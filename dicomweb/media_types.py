"""Content negotiation: what a client accepts, in its own order of preference.

References: PS3.18 8.3.3.1 (accept query parameter), 8.7 (media types); RFC 9110 12.5.1 (Accept).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

ANY: Final = "*"
MULTIPART: Final = "multipart/related"
_MAX_LENGTH: Final = 4096
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range with its parameters; names in lower case, values as written."""

    name: str
    parameters: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_multipart(self) -> bool:
        """Say whether this is ``multipart/related``."""
        return self.name == MULTIPART

    @property
    def content(self) -> str:
        """Return the type of the content proper: of the parts when this is multipart."""
        if self.is_multipart:
            return self.parameters.get("type", "*/*").lower()
        return self.name

    @property
    def transfer_syntax(self) -> str | None:
        """Return the ``transfer-syntax`` parameter: a UID, ``*``, or None when absent."""
        return self.parameters.get("transfer-syntax")

    @property
    def quality(self) -> float:
        """Return the weight, 0 to 1; what can't be read counts as 1."""
        try:
            return min(max(float(self.parameters.get("q", "1")), 0.0), 1.0)
        except ValueError:
            return 1.0

    def covers(self, name: str) -> bool:
        """Say whether the content type `name` falls under this range."""
        content = self.content
        if content in {"*/*", "*", name}:
            return True
        return content.endswith("/*") and name.startswith(content[:-1])


def split_quoted(text: str, separator: str) -> Iterator[str]:
    """Yield the pieces of `text` between separators that stand outside quoted strings."""
    start, quoted, escaped = 0, False, False
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            yield text[start:index].strip()
            start = index + 1
    yield text[start:].strip()


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def parse_media_type(text: str) -> MediaType | None:
    """Read ``type/subtype; name=value; ...``; None when it is no media type.

    Values need no quotes even where they hold a slash: OHIF and others leave them out
    (``type=application/dicom``).
    """
    name, *rest = split_quoted(text, ";")
    kind, slash, subtype = name.lower().partition("/")
    if name != ANY and not (slash and _TOKEN.fullmatch(kind) and _TOKEN.fullmatch(subtype)):
        return None
    pairs = (piece.partition("=") for piece in rest)
    parameters = {key.strip().lower(): _unquote(value) for key, equals, value in pairs if equals}
    return MediaType("*/*" if name == ANY else name.lower(), parameters)


@lru_cache(maxsize=256)
def parse_accept(header: str) -> tuple[MediaType, ...]:
    """Return the acceptable ranges, best first; ``*/*`` for an empty header.

    Ranges of equal weight keep the client's order; those of weight 0 are left out.
    """
    if not header.strip():
        return (MediaType("*/*"),)
    read = [parse_media_type(piece) for piece in split_quoted(header[:_MAX_LENGTH], ",")]
    ranges = [media for media in read if media is not None and media.quality > 0]
    return tuple(sorted(ranges, key=lambda media: -media.quality))


def choose(ranges: tuple[MediaType, ...], offers: tuple[str, ...]) -> str | None:
    """Return the single-part offer that the client likes best; None when it takes none.

    Offers are in the server's order, which decides within a range such as ``image/*``.
    """
    for media in ranges:
        if media.is_multipart:
            continue
        for offer in offers:
            if media.covers(offer):
                return offer
    return None
