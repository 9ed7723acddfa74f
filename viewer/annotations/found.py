"""Measurements in structured reports of a study."""

from typing import Any

from archive.models import Study
from archive.selectors import Principal


def found_in_reports(principal: Principal, study: Study) -> list[dict[str, Any]]:
    return []
