"""What every page's frame needs to know."""

from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# What the top bar leads to: words, address, and the right without which it is not offered.
_NAVIGATION: Final = (
    (_("Worklist"), "/worklist/", "archive.view_study"),
    (_("Upload"), "/worklist/upload/", "archive.upload_study"),
    (_("Quality"), "/quality/", "reports.check_quality"),
    (_("Dashboard"), "/dashboard/", "reports.view_dashboard"),
    (_("Critical results"), "/critical/", "reports.report_critical"),
    (_("Letterhead"), "/letterhead/", "reports.manage_letterhead"),
    (_("Administration"), "/admin/", "worklist.manage_users"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the theme and the rights that the top bar shows (no query beyond the user's own)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": "auto"}
    return {
        "theme": user.theme,
        "may_upload": user.has_perm("archive.upload_study"),
        "navigation": _navigation(request, user),
    }


def _navigation(request: HttpRequest, user: Any) -> list[dict[str, Any]]:
    offered = [(label, address) for label, address, right in _NAVIGATION if user.has_perm(right)]
    above = [address for _label, address in offered if request.path.startswith(address)]
    here = max(above, key=len, default="")
    return [
        {"label": label, "address": address, "is_here": address == here}
        for label, address in offered
    ]
