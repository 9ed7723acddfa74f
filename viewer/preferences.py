"""How a reader has the viewer: keys and mouse, the same on every workstation.

contract/viewer-preferences.schema.json says the same for other readers; the fixtures beside it are
read by pytest and by vitest.
"""

import json
import re
from typing import Any, Final

from django.utils import timezone

from viewer.models import ViewerPreferences

Preferences = dict[str, Any]

VERSION: Final = 1
PROFILES: Final = ("noctis", "left-window", "classic")
MAX_COMMANDS: Final = 200
MAX_KEYS: Final = 4
MAX_BYTES: Final = 16_384

_MEMBERS: Final = frozenset({"version", "keys", "mouse", "wheel_reversed"})
_COMMAND: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
# A name of KeyboardEvent.key, after "Ctrl+" or "Shift+": no controls, no halves of characters.
_KEY: Final = re.compile("[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,24}")


class PreferencesError(ValueError):
    """The content has not the form of preferences; the message says where and what."""


def checked_preferences(content: Any) -> Preferences:
    """Return `content` if it has the form of preferences.

    Raises
    ------
    PreferencesError
        Otherwise.
    """
    _require(isinstance(content, dict), "preferences", "is an object")
    _require(set(content) == _MEMBERS, "preferences", "has the members of the contract")
    version = content["version"]
    is_version = version == VERSION and not isinstance(version, bool)
    _require(is_version, "version", f"is {VERSION}")
    mouse = content["mouse"]
    _require(isinstance(mouse, str) and mouse in PROFILES, "mouse", "is a known profile")
    _require(isinstance(content["wheel_reversed"], bool), "wheel_reversed", "is true or false")
    _check_keys(content["keys"])
    size = len(json.dumps(content, ensure_ascii=False).encode())
    _require(size <= MAX_BYTES, "preferences", f"is at most {MAX_BYTES} bytes long")
    return {**content, "version": VERSION}


def _require(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise PreferencesError(f"{where}: it {what}, or should be")


def _check_keys(keys: Any) -> None:
    is_table = isinstance(keys, dict) and len(keys) <= MAX_COMMANDS
    _require(is_table, "keys", f"is an object of at most {MAX_COMMANDS} commands")
    for command, names in keys.items():
        _require(_COMMAND.fullmatch(command) is not None, "keys", "names commands")
        is_list = isinstance(names, list) and len(names) <= MAX_KEYS
        _require(is_list, "keys", f"has at most {MAX_KEYS} keys for a command")
        is_named = all(isinstance(name, str) and _KEY.fullmatch(name) for name in names)
        _require(is_named, "keys", "has names of keys")


def preferences_of(user: Any) -> Preferences | None:
    """Return what the user has chosen; None when nothing yet."""
    row = ViewerPreferences.objects.filter(user_id=user.pk).first()
    return row.content if row else None


def keep_preferences(user: Any, content: Preferences) -> None:
    """Keep what the user has chosen, in place of what was chosen before."""
    ViewerPreferences.objects.update_or_create(
        user_id=user.pk, defaults={"content": content, "changed_at": timezone.now()}
    )
