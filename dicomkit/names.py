"""Person names and the search keys made from text (PS3.5 6.2.1, PS3.4 C.2.2.2)."""

import unicodedata
from dataclasses import dataclass
from typing import Final

COMPONENTS: Final = ("family", "given", "middle", "prefix", "suffix")

# Letters that carry a stroke or ligature instead of a combining mark, so that NFKD leaves them.
_STROKED: Final = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i"},
        **{"æ": "ae", "œ": "oe", "þ": "th"},
    }
)
# Accents and points only. Marks that spell a syllable (Thai vowels, Indic signs, kana voicing)
# stay, for without them different names would become one.
_ACCENT_RANGES: Final = (
    (0x0300, 0x036F),
    (0x0591, 0x05C7),
    (0x064B, 0x0652),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
)


def _is_accent(character: str) -> bool:
    code = ord(character)
    return any(low <= code <= high for low, high in _ACCENT_RANGES)


def search_key(text: str) -> str:
    """Return `text` without case, accents and superfluous space, for comparison.

    Compatibility forms (full-width, ligatures) are unfolded, control characters count as space.
    Because a full-width asterisk becomes an ordinary one, split a query at its wildcards *before*
    making keys of the parts.

    References: PS3.4 C.2.2.2.1 (case and accent insensitive matching of PN), Unicode NFKD.
    """
    if text.isascii():
        folded = text.lower()
    else:
        unfolded = unicodedata.normalize("NFKD", text.casefold())
        bare = "".join(character for character in unfolded if not _is_accent(character))
        folded = unicodedata.normalize("NFC", bare.casefold().translate(_STROKED))
    if not folded.isprintable():
        folded = "".join(" " if unicodedata.category(c) == "Cc" else c for c in folded)
    return " ".join(folded.split())


@dataclass(frozen=True, slots=True)
class NameGroup:
    """One component group of a person name: family, given, middle, prefix, suffix."""

    family: str = ""
    given: str = ""
    middle: str = ""
    prefix: str = ""
    suffix: str = ""

    @classmethod
    def parse(cls, text: str) -> "NameGroup":
        """Split at ``^``; what follows a fourth caret stays in the suffix."""
        parts = [part.strip() for part in text.split("^", 4)]
        return cls(*parts)

    def __str__(self) -> str:
        return "^".join(getattr(self, name) for name in COMPONENTS).rstrip("^")

    def display(self) -> str:
        """Return the group as a person writes it: ``Prof Anna Maria Müller, MD``."""
        words = (self.prefix, self.given, self.middle, self.family)
        name = " ".join(word for word in words if word)
        return f"{name}, {self.suffix}" if self.suffix else name

    def display_sorted(self) -> str:
        """Return the group for a list: ``Müller, Anna Maria``."""
        given = " ".join(word for word in (self.given, self.middle) if word)
        return f"{self.family}, {given}" if self.family and given else self.family or given


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person name with its alphabetic, ideographic and phonetic groups.

    References: PS3.5 6.2.1 (Person Name Value Representation).
    """

    alphabetic: NameGroup = NameGroup()
    ideographic: NameGroup = NameGroup()
    phonetic: NameGroup = NameGroup()

    @classmethod
    def parse(cls, text: str) -> "PersonName":
        """Read a decoded PN value; groups past the third are dropped."""
        return cls(*(NameGroup.parse(group) for group in text.split("=")[:3]))

    def __str__(self) -> str:
        groups = (self.alphabetic, self.ideographic, self.phonetic)
        return "=".join(str(group) for group in groups).rstrip("=")

    def __bool__(self) -> bool:
        return bool(str(self))

    def display(self) -> str:
        """Return the first group that has letters, as a person writes it."""
        for group in (self.alphabetic, self.ideographic, self.phonetic):
            if shown := group.display():
                return shown
        return ""

    def search_keys(self) -> tuple[str, str, str]:
        """Return the keys of the three groups, carets kept between components."""
        return (
            search_key(str(self.alphabetic)),
            search_key(str(self.ideographic)),
            search_key(str(self.phonetic)),
        )
