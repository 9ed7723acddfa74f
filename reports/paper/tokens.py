"""Tokens of prints: what the QR code leads to, and the short number that people compare."""

import hashlib
import io
import secrets
from typing import Final

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from reports.paper.letterheads import data_address

# Crockford's alphabet: no letter that is taken for a digit.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PIXELS_PER_MODULE: Final = 8


def new_token() -> str:
    """Return a token that nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


def print_number(token: str) -> str:
    """Return the short number of a print: it follows from the token and does not tell it."""
    value = int.from_bytes(hashlib.sha256(token.encode()).digest()[:5])
    letters = "".join(_ALPHABET[value >> (5 * place) & 31] for place in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def check_address(token: str, request: HttpRequest | None = None) -> str:
    """Return the absolute address that says whether a print is still current.

    NOCTIS_PUBLIC_URL is its beginning where it is set; else the request's own, and without a
    request (a background task) the address of this machine.
    """
    path = reverse("report-print-check", args=[token])
    if settings.PUBLIC_URL:
        return settings.PUBLIC_URL + path
    if request is not None:
        return request.build_absolute_uri(path)
    return f"http://localhost:{settings.HTTP_PORT}{path}"


def qr_picture(address: str) -> str:
    """Return the QR code of an address as a data: address of a PNG.

    References: ISO/IEC 18004, error correction level M (15 %).
    """
    target = io.BytesIO()
    segno.make_qr(address, error="m").save(target, kind="png", scale=_PIXELS_PER_MODULE, border=0)
    return data_address(target.getvalue(), "image/png")
