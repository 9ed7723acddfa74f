"""What an attachment is called when it is shown or saved; its place on the disk is another."""

import re
import unicodedata

NAME_LIMIT = 120
_EXTENSION_LIMIT = 12
# What no file system of a reader's machine takes in a name, or a shell makes more of.
_RESERVED = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
# Names that are devices on Windows, whatever follows the dot.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def shown_name(name: str) -> str:
    """Return a file name as it may be shown and saved: one line, one direction, no path.

    Directories go, and whatever is invisible or turns the direction of the text (so that
    ``exe.gpj`` cannot look like ``jpg.exe``); a long name keeps its extension.
    """
    last = unicodedata.normalize("NFC", _without_surrogates(name)).replace("\\", "/").split("/")[-1]
    visible = "".join(letter if _is_visible(letter) else " " for letter in last)
    plain = " ".join(_RESERVED.sub("_", visible).split()).strip(". ")
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    return _shortened(plain) or "file"


def _without_surrogates(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")


def _is_visible(letter: str) -> bool:
    """Say whether a character stands for itself: no control, format, private or unassigned one."""
    return unicodedata.category(letter)[0] not in "CZ" or letter == " "


def _shortened(name: str) -> str:
    if len(name) <= NAME_LIMIT:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension) > _EXTENSION_LIMIT:
        return name[: NAME_LIMIT - 1].rstrip(". ") + "…"
    return stem[: NAME_LIMIT - len(extension) - 2].rstrip(". ") + f"….{extension}"
