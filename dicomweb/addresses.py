"""URLs of the service itself."""

from functools import cache

from django.http import HttpRequest
from django.urls import reverse


@cache
def root_path() -> str:
    """Return the path under which the service lies, ending in a slash."""
    return reverse("dicomweb-studies").removesuffix("studies")


def root_of(request: HttpRequest) -> str:
    """Return the absolute URL of the service as the client calls it, ending in a slash."""
    return request.build_absolute_uri(root_path())
