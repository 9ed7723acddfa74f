"""The form of a hanging protocol, as it comes from a browser; checked before it is kept.

contract/hanging-protocol.schema.json says the same for other readers; the fixtures beside it are
read by pytest and by vitest.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Protocol = dict[str, Any]
_Check = Callable[[Any], bool]

VIEWS: Final = frozenset({"PA", "AP", "LATERAL", "OBLIQUE", "CC", "MLO", "ML"})
SEQUENCES: Final = frozenset(
    {"T1", "T1_CONTRAST", "T2", "FLAIR", "STIR", "PD", "DWI", "ADC", "SWI", "TOF"}
)
ORIENTATIONS: Final = frozenset({"axial", "coronal", "sagittal"})
KINDS: Final = frozenset({"stack", "single", "clip"})
RANKS: Final = frozenset({"plain", "axial", "thin", "thick", "many", "corrected", "clip", "alike"})
MOST_VIEWPORTS: Final = 16
# 'CT.CHEST', 'CT+PT': modalities in alphabetical order, then the part of the body.
KEY_PATTERN: Final = r"[A-Z0-9]{1,16}(?:\+[A-Z0-9]{1,16}){0,3}(?:\.[A-Z0-9]{1,16})?"
# A view as frontend/src/domain/viewLink.ts writes it: UIDs, numbers and a few words.
VIEW_PATTERN: Final = r"v1;[A-Za-z0-9.,;=~/_+-]{1,7990}"
_CODE: Final = re.compile(r"[A-Z0-9]{1,16}")
_PART: Final = re.compile(r"[A-Z0-9 _-]{1,16}")
# Controls, and halves of characters, which no database keeps.
_UNWANTED: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class HangingContentError(ValueError):
    """The content has not the form of a hanging protocol; the message says where."""


def _one_of(names: frozenset[str]) -> _Check:
    return lambda value: isinstance(value, str) and value in names


def _matching(pattern: re.Pattern[str]) -> _Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _line(most: int) -> _Check:
    def is_line(value: Any) -> bool:
        is_text = isinstance(value, str) and 0 < len(value) <= most
        return is_text and not _UNWANTED.search(value)

    return is_line


def _whole(least: int, most: int) -> _Check:
    def is_whole(value: Any) -> bool:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and least <= value <= most and value == int(value)

    return is_whole


def _list_of(check: _Check, least: int, most: int) -> _Check:
    def is_list(value: Any) -> bool:
        return isinstance(value, list) and least <= len(value) <= most and all(map(check, value))

    return is_list


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _form(members: Mapping[str, _Check], required: frozenset[str] = frozenset()) -> _Check:
    def has_form(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and required <= set(value) <= set(members)
            and all(members[name](member) for name, member in value.items())
        )

    return has_form


_MATCH: Final[Mapping[str, _Check]] = {
    "modalities": _list_of(_matching(_CODE), 1, 8),
    "body_parts": _list_of(_matching(_PART), 1, 32),
    "words": _list_of(_line(64), 1, 32),
    "least": _whole(0, 999),
    "most": _whole(0, 999),
    "views": _list_of(_one_of(VIEWS), 1, 8),
    "sequences": _whole(0, 10),
    "prior": _is_flag,
}
_LAYOUT: Final[Mapping[str, _Check]] = {"rows": _whole(1, 4), "columns": _whole(1, 4)}
_SELECTOR: Final[Mapping[str, _Check]] = {
    "modality": _matching(_CODE),
    "words": _list_of(_line(64), 1, 8),
    "sequence": _one_of(SEQUENCES),
    "view": _one_of(VIEWS),
    "laterality": _one_of(frozenset({"R", "L"})),
    "plane": _one_of(ORIENTATIONS),
    "kind": _one_of(KINDS),
    "study": _one_of(frozenset({"current", "prior"})),
    "alike_to": _whole(0, MOST_VIEWPORTS - 1),
    "rank": _list_of(_one_of(RANKS), 1, 8),
    "again": _is_flag,
}
_DISPLAY: Final[Mapping[str, _Check]] = {
    "preset": _line(64),
    "mirror": _is_flag,
    "chest_wall": _one_of(frozenset({"left", "right"})),
    "scale": _one_of(frozenset({"fit", "same"})),
    "start": _one_of(frozenset({"first", "middle"})),
}
_VIEWPORT: Final = _form(
    {"select": _list_of(_form(_SELECTOR), 1, 8), "display": _form(_DISPLAY)},
    frozenset({"select"}),
)
_PROTOCOL: Final[Mapping[str, _Check]] = {
    "name": _line(80),
    "match": _form(_MATCH, frozenset({"modalities"})),
    "layout": _form(_LAYOUT, frozenset({"rows", "columns"})),
    "viewports": _list_of(lambda one: one is None or _VIEWPORT(one), 1, MOST_VIEWPORTS),
    "needed": _whole(1, MOST_VIEWPORTS),
    "links": _one_of(frozenset({"none", "position"})),
    "extra": _one_of(frozenset({"none", "mpr"})),
}
_REQUIRED: Final = frozenset({"name", "match", "layout", "viewports"})


def checked(content: Any) -> Protocol:
    """Return `content` if it has the form of a hanging protocol.

    Raises
    ------
    HangingContentError
        Otherwise.
    """
    if not isinstance(content, dict) or not _REQUIRED <= set(content):
        raise HangingContentError("It has a name, a match, a layout and viewports, or should.")
    for name, member in content.items():
        check = _PROTOCOL.get(name)
        if check is None or not check(member):
            raise HangingContentError(f"{name[:40]}: not as the contract has it.")
    return content
