"""Searching: QIDO-RS (PS3.18 10.6)."""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse

from archive.query import Level, Query, QueryError, find
from archive.selectors import Principal
from dicomweb.addresses import root_of
from dicomweb.answers import CACHE_CONTROL
from dicomweb.attributes import keyword_of, keywords_at, required, writer_of
from dicomweb.door import principal_of
from dicomweb.json_type import choose_json
from dicomweb.lookup import Names, facility_of
from dicomweb.problems import bad_request
from dicomweb.trail import note_query

# More than this at once only on the next page (`offset`); within a study more make sense.
MAX_RESULTS: Final = 1000
MAX_RESULTS_IN_STUDY: Final = 10_000
_MAX_PARAMETERS: Final = 100
_CONTROL: Final = frozenset(
    {"limit", "offset", "fuzzymatching", "includefield", "accept", "facility"}
)
_SEQUENCE: Final = "RequestAttributesSequence"


@dataclass(frozen=True, slots=True)
class Search:
    """What a request asks for."""

    query: Query
    warnings: tuple[str, ...]


def search_studies(request: HttpRequest) -> HttpResponse:
    """Answer ``/studies``."""
    return _search(request, Level.STUDY)


def search_series(request: HttpRequest, study: str = "") -> HttpResponse:
    """Answer ``/series`` and ``/studies/{study}/series``."""
    return _search(request, Level.SERIES, study)


def search_instances(request: HttpRequest, study: str = "", series: str = "") -> HttpResponse:
    """Answer ``/instances`` and the instances of a study or of a series."""
    return _search(request, Level.IMAGE, study, series)


def _search(request: HttpRequest, level: Level, study: str = "", series: str = "") -> HttpResponse:
    content_type = choose_json(request)
    search = read_search(request, level, study, series)
    limit = search.query.limit or 0
    try:
        found = list(find(_searcher(request), search.query)) if limit > 1 else []
    except QueryError as error:
        raise bad_request(str(error)) from error
    warnings = list(search.warnings)
    if len(found) == limit and limit > 1:
        found.pop()
        warnings.append("There are additional results that can be requested")
    note_query(request, level.name, search.query.filters, len(found))
    body = orjson.dumps(_results(request, level, search.query.return_keywords, found))
    response = HttpResponse(body, content_type=content_type)
    response["Cache-Control"] = CACHE_CONTROL
    if warnings:
        host = request.get_host()
        response["Warning"] = ", ".join(f'299 {host}: "{text}"' for text in warnings)
    return response


class _InFacility:
    """A principal who asks for one facility alone; of one that it does not see there is nothing."""

    def __init__(self, principal: Principal, facility_id: int | None) -> None:
        self.is_active = principal.is_active
        self.facility_id = facility_id
        self._principal = principal

    def has_perm(self, perm: str) -> bool:
        return perm != "archive.view_all_facilities" and self._principal.has_perm(perm)


def _searcher(request: HttpRequest) -> Principal:
    """Return who searches: all that the user sees, or the facility that the request names."""
    principal = principal_of(request)
    named = facility_of(request).get("facility_id")
    if named is None:
        return principal
    sees_it = principal.has_perm("archive.view_all_facilities") or named == principal.facility_id
    return _InFacility(principal, named if sees_it else None)


def read_search(request: HttpRequest, level: Level, study: str = "", series: str = "") -> Search:
    """Read the query parameters into a query for one result more than may be returned.

    Raises
    ------
    DicomWebError
        400 for parameters that can't be read and attributes that don't exist.
    """
    if len(request.GET) > _MAX_PARAMETERS:
        raise bad_request(f"A search has at most {_MAX_PARAMETERS} parameters.")
    filters, unsupported = _filters(request, level)
    if study:
        filters["StudyInstanceUID"] = study
    if series:
        filters["SeriesInstanceUID"] = series
    keywords = _return_keywords(request, level, filters, bool(study), bool(series))
    most = MAX_RESULTS_IN_STUDY if study else MAX_RESULTS
    query = Query(
        level,
        filters,
        keywords,
        fuzzy=_flag(request, "fuzzymatching"),
        offset=_number(request, "offset", 0),
        limit=min(_number(request, "limit", most), most) + 1,
    )
    warnings = tuple(f"{name} is not supported for matching here" for name in unsupported)
    return Search(query, warnings)


def _filters(request: HttpRequest, level: Level) -> tuple[dict[str, str], list[str]]:
    """Return the matching parameters by keyword, and the attributes that can't be matched."""
    known = frozenset(keywords_at(level))
    filters: dict[str, str] = {}
    unsupported = []
    for name, values in request.GET.lists():
        if name.lower() in _CONTROL:
            continue
        keyword = name if name == "orderby" else _matching_keyword(name)
        if keyword in known or (keyword.startswith(_SEQUENCE) and _SEQUENCE in known):
            filters[keyword] = _value(keyword, values)
        else:
            unsupported.append(keyword)
    return filters, unsupported


def _matching_keyword(name: str) -> str:
    """Return the keywords of a name such as ``00400275.00400009``, joined by dots."""
    keywords = [keyword_of(step) for step in name.split(".")]
    if not all(keywords) or len(keywords) > 2:
        raise bad_request("A search parameter is neither a keyword nor a tag of an attribute.")
    return ".".join(keywords)


def _value(keyword: str, values: list[str]) -> str:
    r"""Return the value to match: UID lists come with commas (PS3.18 8.3.4.1) or backslashes."""
    if keyword.endswith("UID"):
        return "\\".join(value.replace(",", "\\") for value in values)
    return "\\".join(values)


def _return_keywords(
    request: HttpRequest, level: Level, filters: dict[str, str], has_study: bool, has_series: bool
) -> tuple[str, ...]:
    asked = [
        name.strip()
        for value in request.GET.getlist("includefield")
        for name in value.split(",")
        if name.strip()
    ]
    if "all" in asked:
        return keywords_at(level)
    known = frozenset(keywords_at(level))
    wanted = [keyword_of(name.partition(".")[0]) for name in asked]
    matched = [keyword.partition(".")[0] for keyword in filters]
    always = required(level, has_study=has_study, has_series=has_series)
    return tuple(
        keyword for keyword in dict.fromkeys([*always, *matched, *wanted]) if keyword in known
    )


def _flag(request: HttpRequest, name: str) -> bool:
    value = request.GET.get(name, "false").lower()
    if value not in {"true", "false"}:
        raise bad_request(f"{name} is true or false.")
    return value == "true"


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise bad_request(f"{name} is a whole number from 0 on.")
    return int(text)


def _results(
    request: HttpRequest, level: Level, keywords: Any, found: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    root = root_of(request)
    writers = [(keyword, *writer_of(keyword)) for keyword in keywords]
    writers.sort(key=lambda writer: writer[1])
    results = []
    for row in found:
        members = {tag: write(row[keyword]) for keyword, tag, write in writers}
        members |= _about(level, root, row)
        results.append(dict(sorted(members.items())))
    return results


def _about(level: Level, root: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return what every result says: character set, availability, where to get it."""
    names = Names(
        row["StudyInstanceUID"],
        row["SeriesInstanceUID"] if level >= Level.SERIES else "",
        row["SOPInstanceUID"] if level is Level.IMAGE else "",
    )
    return {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080056": {"vr": "CS", "Value": ["ONLINE"]},
        "00081190": {"vr": "UR", "Value": [root + names.path]},
    }
