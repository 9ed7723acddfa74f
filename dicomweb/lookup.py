"""From the UIDs of a URL to what the user may see of them; all of it through archive.selectors.

What may not be seen is not found, exactly as what doesn't exist.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest

from archive.models import Instance, Series
from archive.prepared import PreparedForPrincipal
from archive.selectors import instances_visible_to, series_visible_to
from dicomweb.door import principal_of
from dicomweb.problems import bad_request, not_found

# The columns that reading an object takes.
INSTANCE_FACTS: Final = (
    "facility_id",
    "study_id",
    "series_id",
    "sop_instance_uid",
    "sop_class_uid",
    "transfer_syntax_uid",
    "number_of_frames",
    "has_pixels",
    "storage_key",
    "size_bytes",
    "sha256",
    "header_bytes",
    "frame_index",
    "coercion",
)


@dataclass(frozen=True, slots=True)
class Names:
    """The UIDs in the path of a URL; empty where the resource is above that level."""

    study: str
    series: str = ""
    instance: str = ""

    @property
    def path(self) -> str:
        """Return the path below the service's root."""
        path = f"studies/{self.study}"
        if self.series:
            path += f"/series/{self.series}"
        return f"{path}/instances/{self.instance}" if self.instance else path


def facility_of(request: HttpRequest) -> dict[str, int]:
    """Return the filter of the ``facility`` query parameter, empty when there is none.

    Two facilities may hold objects of the same UIDs; who sees both can so tell them apart.

    Raises
    ------
    DicomWebError
        400 when it is no number.
    """
    text = request.GET.get("facility", "")
    if not text:
        return {}
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise bad_request("The facility parameter is the number of a facility.")
    return {"facility_id": int(text)}


def sees_hidden(request: HttpRequest) -> bool:
    """Say whether the user sees what was rejected."""
    return principal_of(request).has_perm("archive.view_rejected")


def _matching(request: HttpRequest, names: Names) -> QuerySet[Instance]:
    conditions: dict[str, object] = {"study__study_instance_uid": names.study}
    if names.series:
        conditions["series__series_instance_uid"] = names.series
    if names.instance:
        conditions["sop_instance_uid"] = names.instance
    conditions |= facility_of(request)
    return instances_visible_to(principal_of(request)).filter(**conditions).only(*INSTANCE_FACTS)


def _one(rows: QuerySet[Instance], study: str, series: str, instance: str) -> QuerySet[Instance]:
    named = rows.filter(
        study__study_instance_uid=study,
        series__series_instance_uid=series,
        sop_instance_uid=instance,
    )
    return named.only(*INSTANCE_FACTS).order_by("study_id")[:1]


# Every frame that a viewer fetches asks this.
_ONE_INSTANCE: Final = PreparedForPrincipal(
    instances_visible_to, _one, "study", "series", "instance"
)


def find_instances(
    request: HttpRequest, names: Names, uids: Collection[str] = ()
) -> list[Instance]:
    """Return the visible instances below `names` in the order of their series and numbers.

    With `uids` it is only those of these SOP Instance UIDs. Of several facilities' studies of the
    same UID it is the one that came first.

    Raises
    ------
    DicomWebError
        404 when there are none.
    """
    rows = _matching(request, names).select_related("series")
    rows = rows.only(*INSTANCE_FACTS, "series__series_instance_uid")
    if uids:
        rows = rows.filter(sop_instance_uid__in=uids)
    found = list(rows.order_by("study_id", "series_id", "instance_number", "id"))
    if not found:
        raise not_found()
    return [one for one in found if one.study_id == found[0].study_id]


def find_instance(request: HttpRequest, names: Names) -> Instance:
    """Return the instance that `names` names, chosen as by `find_instances`.

    Raises
    ------
    DicomWebError
        404.
    """
    if names.series and not facility_of(request):
        found = _ONE_INSTANCE.first(
            principal_of(request),
            study=names.study,
            series=names.series,
            instance=names.instance,
        )
    else:
        found = _matching(request, names).order_by("study_id").first()
    if found is None:
        raise not_found()
    return found


def find_series(request: HttpRequest, names: Names) -> list[Series]:
    """Return the visible series below `names`, in order, chosen as by `find_instances`.

    Raises
    ------
    DicomWebError
        404.
    """
    conditions: dict[str, object] = {"study__study_instance_uid": names.study}
    if names.series:
        conditions["series_instance_uid"] = names.series
    if facility := facility_of(request):
        conditions["study__facility_id"] = facility["facility_id"]
    rows = series_visible_to(principal_of(request)).filter(**conditions).select_related("study")
    found = list(rows.order_by("study_id", "series_number", "id"))
    if not found:
        raise not_found()
    return [one for one in found if one.study_id == found[0].study_id]
