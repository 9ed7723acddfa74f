"""Which files beside studies somebody may see."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet

from archive.models import Attachment
from archive.selectors import Principal, studies_visible_to

# Whoever decides about quarantine sees every file, and may delete it.
KEEPER = "archive.resolve_quarantine"
# The role that has this right (worklist/roles.py): no choice leaves it out.
KEEPER_ROLE = "ADMIN"


def roles() -> dict[str, str]:
    """Return the roles that a file can be shown to, with their names for people."""
    field: Any = get_user_model()._meta.get_field("role")
    return {str(value): str(label) for value, label in field.choices}


def packed_roles(chosen: Iterable[str]) -> str:
    """Return a choice of roles as `Attachment.visible_to` keeps it; all of them are blank."""
    known = {*chosen, KEEPER_ROLE}
    return "" if known >= set(roles()) else "".join(f"\\{role}" for role in sorted(known)) + "\\"


def unpacked_roles(visible_to: str) -> list[str]:
    """Return the roles of `Attachment.visible_to`, in the order of `roles`."""
    return [role for role in roles() if not visible_to or f"\\{role}\\" in visible_to]


def attachments_visible_to(principal: Principal) -> QuerySet[Attachment]:
    """Return the files, not deleted, that `principal` may see beside studies it may see.

    The choice of the uploader is one of roles; whoever uploaded a file, and who keeps the
    quarantine, see it whatever was chosen. A facility never sees what belongs to another.
    """
    studies = studies_visible_to(principal)
    rows = Attachment.objects.filter(deleted_at__isnull=True, study__in=studies)
    if principal.has_perm(KEEPER):
        return rows
    role = getattr(principal, "role", "")
    mine = Q(uploaded_by_id=getattr(principal, "pk", None))
    chosen = Q(visible_to="") | Q(visible_to__contains=f"\\{role}\\") if role else Q(visible_to="")
    return rows.filter(mine | chosen)


def attachment_counts(principal: Principal, study_ids: Iterable[int]) -> dict[int, int]:
    """Return for each of these studies how many files `principal` sees; none are left out."""
    rows = attachments_visible_to(principal).filter(study_id__in=list(study_ids)).order_by()
    counted = rows.values_list("study_id").annotate(count=Count("id"))
    return {study_id: count for study_id, count in counted if study_id is not None}
