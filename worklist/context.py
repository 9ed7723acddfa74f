"""What every page's frame needs to know."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the theme and the rights that the top bar shows (no query beyond the user's own)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": "auto"}
    return {
        "theme": user.theme,
        "may_upload": user.has_perm("archive.upload_study"),
        "may_administer": user.is_staff,
    }
