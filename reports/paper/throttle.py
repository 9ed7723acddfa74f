"""How often one address may ask for a page that is open to everybody."""

import logging
import time
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

logger = logging.getLogger(__name__)

_WINDOW_S: Final = 60
# A ward scans its prints through one address; nobody needs more, and a token cannot be guessed.
_MOST: Final = 120


def is_too_often(request: HttpRequest, what: str) -> bool:
    """Count a request, and say whether its address has asked too often within this minute.

    Without the cache nobody is refused: the count protects us and no patient.
    """
    address = getattr(request, "client_address", request.META.get("REMOTE_ADDR", ""))
    key = f"often:{what}:{address}:{int(time.time()) // _WINDOW_S}"
    try:
        cache.add(key, 0, timeout=2 * _WINDOW_S)
        return bool(cache.incr(key) > _MOST)
    except Exception as error:  # whatever the cache's driver raises
        logger.warning("requests are not counted: %s", type(error).__name__)
        return False
