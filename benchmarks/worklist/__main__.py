"""How fast the list answers with many studies: every built-in view, every order, the counts.

    python -m benchmarks.worklist                    100,000 studies, on SQLite
    python -m benchmarks.worklist --studies 5000     to see that it runs
    python -m benchmarks.worklist --explain          with the plans of the queries

NOCTIS_DATABASE_URL names an empty PostgreSQL database to do the same there. Prints a Markdown
table: the median of whole answers (query, template, middleware), in the process.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

REPEATS = 7


def main() -> None:
    """Seed an empty database and ask it."""
    parser = argparse.ArgumentParser(description="Time the pages of the list.")
    parser.add_argument("--studies", type=int, default=100_000)
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep the data here, and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NOCTIS_DATA_DIR"] = str(options.folder or folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "noctisview.settings")
        import django

        django.setup()
        from django.test.utils import override_settings

        with override_settings(ALLOWED_HOSTS=["*"]):
            run(options.studies, options.explain)


def run(count: int, explain: bool) -> None:
    """Seed unless that was done, then time every page."""
    from django.core.management import call_command

    from benchmarks.worklist import data
    from worklist.models import CustomUser

    call_command("migrate", verbosity=0)
    if not CustomUser.objects.filter(username="tech").exists():
        begin = time.perf_counter()
        facilities, readers, _ = data.people()
        data.seed(count, facilities, readers)
        print(f"seeded {count} studies in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    names = {"radiologist": "reader0", "administrator": "chief", "technician": "tech"}
    users = {
        role: CustomUser.objects.get(username=name)
        for role, name in {**names, "facility": "desk"}.items()
    }
    print("| page | role | ms |\n|---|---|---:|")
    for label, role, path in pages(users):
        print(f"| {label} | {role} | {median_ms(users[role], path):.0f} |", flush=True)
    if explain:
        plans(users)


def pages(users: dict) -> Iterator[tuple[str, str, str]]:
    """Return what is asked: (what it is, as whom, the address)."""
    from worklist.builtin_views import built_in_views
    from worklist.criteria import SORT_DIRECTIONS

    for role, user in users.items():
        for view in built_in_views(user.role):
            yield f"view: {view.label}", role, f"/worklist/?{view.criteria.query()}"
        yield "counts of all views", role, "/worklist/counts/"
    for role in ("radiologist", "facility"):
        for sort in SORT_DIRECTIONS:
            yield f"all, by {sort}", role, f"/worklist/?sort={sort}"
    yield "a name", "radiologist", "/worklist/?name=okafor+chidi&sort=priority"
    yield "a name", "facility", "/worklist/?name=okafor+chidi&status=released"


def median_ms(user: object, path: str) -> float:
    """Return the median time of an answer, in milliseconds."""
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(user)  # type: ignore[arg-type]
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        response = client.get(path)
        times.append(time.perf_counter() - begin)
        assert response.status_code == 200, (path, response.status_code)
    return statistics.median(times[1:]) * 1000


def plans(users: dict) -> None:
    """Print how the database goes about the first page of each view."""
    from worklist.builtin_views import built_in_views
    from worklist.selectors import keys_beyond

    for role, user in users.items():
        for view in built_in_views(user.role):
            down = view.criteria.descending
            keys = keys_beyond(user, view.criteria, None, descending=down)  # type: ignore[arg-type]
            print(f"\n{role}: {view.label}\n{keys.explain()}")


if __name__ == "__main__":
    main()
