"""Value representations and the dictionaries that give one to a tag (PS3.5 6.2, PS3.6)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from pydicom.datadict import DicomDictionary, dictionary_VR, private_dictionary_VR

# PS3.5 7.1.2: these have a 32 bit length after two reserved bytes; the others 16 bit.
LONG_FORM: Final[Mapping[bytes, str]] = {
    name.encode(): name
    for name in ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")
}
SHORT_FORM: Final[Mapping[bytes, str]] = {
    name.encode(): name
    for name in (
        *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT"),
        *("PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"),
    )
}
# Text in the repertoire of Specific Character Set, and the ones that hold one value only.
CHARACTER_SET_VRS: Final = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
SINGLE_TEXT_VRS: Final = frozenset({"LT", "ST", "UR", "UT"})
BINARY_VRS: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
STRUCT_CODES: Final[Mapping[str, str]] = {
    "FD": "d",
    "FL": "f",
    "SL": "i",
    "SS": "h",
    "SV": "q",
    "UL": "I",
    "US": "H",
    "UV": "Q",
    "OD": "d",
    "OF": "f",
    "OL": "I",
    "OV": "Q",
    "OW": "H",
}

_PUBLIC: Final[dict[int, str]] = {tag: entry[0] for tag, entry in DicomDictionary.items()}


@lru_cache(maxsize=8192)
def _repeating(tag: int) -> str:
    """VR of group lengths and of repeating groups (50xx, 60xx) that the plain table lacks."""
    if not tag & 0xFFFF:
        return "UL"
    try:
        return str(dictionary_VR(tag))
    except KeyError:
        return "UN"


@lru_cache(maxsize=8192)
def private_vr(tag: int, creator: str) -> str:
    """Return the VR of a private tag of a known creator, else ``UN``."""
    try:
        return str(private_dictionary_VR(tag, creator))
    except KeyError:
        return "UN"


def public_vr(tag: int) -> str:
    """Return the VR PS3.6 gives to a tag, possibly a choice such as ``US or SS``; else ``UN``."""
    return _PUBLIC.get(tag) or _repeating(tag)


def settle_choice(vr: str, *, signed: bool, long_data: bool) -> str:
    """Settle ``US or SS``, ``US or OW``, ``OB or OW`` for an implicitly encoded element.

    Parameters
    ----------
    vr : str
        A choice as in PS3.6.
    tag : int
        The element's tag.
    signed : bool
        Pixel Representation is 1.
    long_data : bool
        The value is longer than one 16 bit number.

    References: PS3.5 annex A.1, PS3.3 C.11.1.1 (LUT Data).
    """
    if vr == "US or SS":
        return "SS" if signed else "US"
    if vr == "OB or OW":
        return "OW"
    return "OW" if long_data else "US"
