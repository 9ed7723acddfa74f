"""The pages of the list, asked for and timed; imported once Django is set up."""

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from benchmarks.worklist import data
from worklist.builtin_views import built_in_views
from worklist.criteria import SORT_DIRECTIONS
from worklist.models import CustomUser
from worklist.selectors import keys_beyond

REPEATS = 7
NAMES = {
    "radiologist": "reader0",
    "administrator": "chief",
    "technician": "tech",
    "facility": "desk",
}


def run(count: int, explain: bool) -> None:
    """Seed unless that was done, then time every page."""
    call_command("migrate", verbosity=0)
    if not CustomUser.objects.filter(username="tech").exists():
        begin = time.perf_counter()
        facilities, readers, _ = data.people()
        data.seed(count, facilities, readers)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # As autovacuum does it some time after so many rows.
                cursor.execute("VACUUM ANALYZE")
        print(f"seeded {count} studies in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    users = {role: CustomUser.objects.get(username=name) for role, name in NAMES.items()}
    with override_settings(ALLOWED_HOSTS=["*"]):
        report(users)
    if explain:
        plans(users)


def report(users: dict[str, Any]) -> None:
    """Print the table."""
    print("| page | role | ms |\n|---|---|---:|")
    for label, role, path in pages(users):
        print(f"| {label} | {role} | {median_ms(users[role], path):.0f} |", flush=True)


def pages(users: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Return what is asked: (what it is, as whom, the address)."""
    for role, user in users.items():
        for view in built_in_views(user.role):
            yield f"view: {view.label}", role, f"/worklist/?{view.criteria.query()}"
        yield "counts of all views", role, "/worklist/counts/"
    for role in ("radiologist", "facility"):
        for sort in SORT_DIRECTIONS:
            yield f"all, by {sort}", role, f"/worklist/?sort={sort}"
    yield "a name", "radiologist", "/worklist/?name=okafor+chidi&sort=priority"
    yield "a name", "facility", "/worklist/?name=okafor+chidi&status=released"


def median_ms(user: Any, path: str) -> float:
    """Return the median time of an answer, in milliseconds."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        response = client.get(path)
        times.append(time.perf_counter() - begin)
        assert response.status_code == 200, (path, response.status_code)
    return statistics.median(times[1:]) * 1000


def plans(users: dict[str, Any]) -> None:
    """Print how the database goes about the first page of each view."""
    for role, user in users.items():
        for view in built_in_views(user.role):
            down = view.criteria.descending
            keys = keys_beyond(user, view.criteria, None, descending=down)
            print(f"\n{role}: {view.label}\n{keys.explain()}")
