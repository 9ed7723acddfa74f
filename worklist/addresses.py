"""The true address of whoever asks, behind as many proxies as we were told to trust."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address, or an empty string when there is none.

    Each proxy of ours appends the address it saw to ``X-Forwarded-For``; everything to the left
    of those entries is the client's own claim. With ``TRUSTED_PROXY_COUNT`` proxies the true
    address is therefore that many entries from the right; with none the header is not read.
    A header that is shorter than it must be, or no address, is not believed either.
    """
    remote = request.META.get("REMOTE_ADDR", "") or ""
    count = settings.TRUSTED_PROXY_COUNT
    if not count:
        return _canonical(remote)
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(hops) < count:
        return _canonical(remote)
    return _canonical(hops[-count]) or _canonical(remote)


def _canonical(text: str) -> str:
    """Return an address in its one written form (an IPv4 address mapped into IPv6 as IPv4)."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
