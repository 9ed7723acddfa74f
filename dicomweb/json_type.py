"""Choosing the media type of metadata, search results and store responses."""

from typing import Final

from django.http import HttpRequest

from dicomweb.media_types import MediaType, choose, parse_accept
from dicomweb.native_model import DICOM_XML
from dicomweb.problems import not_acceptable

DICOM_JSON: Final = "application/dicom+json"
_OFFERS: Final = (DICOM_JSON, "application/json")


def accepted(request: HttpRequest) -> tuple[MediaType, ...]:
    """Return what the client accepts; the query parameter wins over the header field.

    References: PS3.18 8.3.3.1 (accept query parameter), 8.7.5 (acceptable media types).
    """
    parameter = request.GET.get("accept")
    return parse_accept(request.headers.get("Accept", "") if parameter is None else parameter)


def choose_json(request: HttpRequest) -> str:
    """Return the JSON type to answer with.

    Raises
    ------
    DicomWebError
        406; DICOM XML isn't offered.
    """
    chosen = choose(accepted(request), _OFFERS)
    if chosen is None:
        raise not_acceptable(DICOM_JSON)
    return chosen


def choose_store_type(request: HttpRequest) -> str:
    """Return the type of a store response: JSON, or XML where that is preferred (PS3.18 10.5.3).

    Raises
    ------
    DicomWebError
        406.
    """
    chosen = choose(accepted(request), (*_OFFERS, DICOM_XML))
    if chosen is None:
        raise not_acceptable(f"{DICOM_JSON} or {DICOM_XML}")
    return chosen
