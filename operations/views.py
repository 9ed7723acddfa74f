"""Health, for supervisors and load balancers: no sign-in, and nothing told but yes or no."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from operations.findings import Level
from operations.health import READINESS


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    # Asks nobody: a database that is down is no reason to restart the web process.
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    checks = {finding.check: finding.level.value for finding in (run() for run in READINESS)}
    is_ready = Level.FAIL not in checks.values()
    return JsonResponse(
        {"status": "ok" if is_ready else "fail", "checks": checks},
        status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
    )
