"""NOCTIS's viewer and OHIF's in turn, on the same server, browser, studies and line.

    python -m benchmarks.viewer                 three runs of everything (about fifteen minutes)
    python -m benchmarks.viewer --quick         one run
    python -m benchmarks.viewer --waterfall     and where the time to the first image goes

Prints a Markdown table of medians (Ctrl+C: of what there is so far) and writes every single visit
as JSON. Each visit is a browser of its own with an empty cache. Needs Chromium, a built front end,
and npm with a network the first time, to fetch OHIF.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from benchmarks.archive.servers import PROJECT
from benchmarks.viewer import figures, ohif
from benchmarks.viewer.data import STUDIES, StudyKind
from benchmarks.viewer.server import Noctis, slow_line
from benchmarks.viewer.visit import NOCTIS, OHIF, Viewer, chromium, visit

MBIT_S, ROUND_TRIP_MS = 30, 10
UNLIMITED, SLOW = "this machine", f"{MBIT_S} Mbit/s, {ROUND_TRIP_MS} ms"
COLD = "this machine, server just started"
VIEWERS = (NOCTIS, OHIF)
RAW = "visits.json"
# Of these planes are asked for as well.
VOLUMES = STUDIES[:1]


def missing(folder: Path) -> str:
    """Return a sentence about what is not there, or nothing."""
    if chromium() is None:
        return "Chromium is not on the PATH: apt install chromium"
    if not (PROJECT / "viewer/static/viewer/manifest.json").exists():
        return "The front end is not built: run 'npm ci && npm run build' in frontend/"
    if shutil.which("npm") is None and not ohif.is_unpacked(folder):
        return f"npm is not on the PATH; it fetches @ohif/app@{ohif.VERSION} once"
    return ""


class Benchmark:
    """The server, the browser's driver, and every visit so far, which is kept in a file as well."""

    def __init__(self, playwright: Playwright, server: Noctis, folder: Path) -> None:
        self.playwright, self.server, self.folder = playwright, server, folder
        self.visits: list[dict[str, Any]] = []

    def measure(
        self, viewer: Viewer, study: StudyKind, network: str, port: int, planes: bool = False
    ) -> None:
        """Visit once and remember."""
        self.server.take_counts()
        label = f"{viewer.name}-{study.name.split()[0]}{'-planes' if planes else ''}"
        picture = self.folder / f"{label}.png"
        seen = visit(self.playwright, viewer, study, port, self.server.session_id, planes, picture)
        navigation = seen.pop("navigation")
        seen["page"] = (0, navigation["responseEnd"], navigation["transferSize"])
        seen.update(self.server.take_counts())
        seen.update(viewer=viewer.name, study=study.name, network=network, is_planes=planes)
        self.visits.append(seen)
        (self.folder / RAW).write_text(json.dumps(self.visits))
        said = {name: seen[name] for name in ("first", "frames", "planes", "still", "bytes")}
        print(f"  {network}: {label}: {said}", file=sys.stderr, flush=True)

    def warm(self) -> None:
        """Visit everything once for the caches, and forget it."""
        for viewer in VIEWERS:
            for study in STUDIES:
                self.measure(viewer, study, "warming up", self.server.port)
        self.visits.clear()

    def cold(self) -> None:
        """Visit each volume on a server that has just been started and has nothing cached."""
        for viewer in VIEWERS:
            self.server.restart_cold()
            self.measure(viewer, VOLUMES[0], COLD, self.server.port)


def rounds(times: int) -> Iterator[tuple[str, StudyKind, bool, Viewer]]:
    """Yield what to visit: the viewers in turn, the first one another each time."""
    asked = [(study, False) for study in STUDIES] + [(study, True) for study in VOLUMES]
    for number in range(times):
        for network in (UNLIMITED, SLOW):
            for study, planes in asked:
                for viewer in VIEWERS if number % 2 == 0 else VIEWERS[::-1]:
                    yield network, study, planes, viewer


def run(folder: Path, times: int) -> list[dict[str, Any]]:
    """Fill a server and measure; return the visits."""
    server = Noctis(folder / "noctis", ohif.unpack(folder))
    with ExitStack() as stack:
        stack.callback(server.stop)
        server.fill()
        playwright = stack.enter_context(sync_playwright())
        slow = stack.enter_context(slow_line(server.port, MBIT_S, ROUND_TRIP_MS))
        benchmark = Benchmark(playwright, server, folder)
        ports = {UNLIMITED: server.port, SLOW: slow}
        # Stopped by hand, it tells what it has.
        with suppress(KeyboardInterrupt):
            benchmark.warm()
            for network, study, planes, viewer in rounds(times):
                benchmark.measure(viewer, study, network, ports[network], planes)
            benchmark.cold()
        return benchmark.visits


def print_waterfalls(visits: list[dict[str, Any]]) -> None:
    """Print where the time of the last visit of each kind went."""
    kinds = {(v["network"], v["study"], v["viewer"]): v for v in visits if not v["is_planes"]}
    for kind, seen in kinds.items():
        print(f"\n{', '.join(kind)}\n  " + "\n  ".join(figures.waterfall(seen)))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run instead of three")
    parser.add_argument("--waterfall", action="store_true")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "noctis-bench-viewer"
    )
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if why := missing(options.folder):
        sys.exit(why)
    visits = run(options.folder, 1 if options.quick else 3)
    raw = options.folder / RAW
    print(f"\n{platform.processor() or platform.machine()}, {os.cpu_count()} cores; {raw}\n")
    print(figures.table(figures.medians(visits)))
    if options.waterfall:
        print_waterfalls(visits)


if __name__ == "__main__":
    main()
