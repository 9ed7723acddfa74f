"""How fast the list answers with many studies: every built-in view, every order, the counts.

    python -m benchmarks.worklist                    100,000 studies, on SQLite
    python -m benchmarks.worklist --studies 5000     to see that it runs
    python -m benchmarks.worklist --explain          with the plans of the queries

NOCTIS_DATABASE_URL names an empty PostgreSQL database to do the same there. Prints a Markdown
table: the median of whole answers (query, template, middleware), in the process.
"""

import argparse
import os
import runpy
import tempfile
from pathlib import Path

import django


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
        django.setup()
        # Models can be imported only now.
        timing = runpy.run_module("benchmarks.worklist.timing")
        timing["run"](options.studies, options.explain)


if __name__ == "__main__":
    main()
