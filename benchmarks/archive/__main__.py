"""NOCTIS and Orthanc in turn, in one run, on the same generated data.

    python -m benchmarks.archive                 the whole (about ten minutes)
    python -m benchmarks.archive --quick         small sizes, to see that it runs

Prints a Markdown table: the median of each row for both, and the ratio.
"""

import argparse
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.archive import data, servers
from benchmarks.archive.find_client import FindClient

Row = tuple[str, Callable[[servers.Server], float]]


def store(server: servers.Server, folders: list[Path], parallel: int) -> float:
    """Send the folders with dcmtk's storescu, `parallel` at a time; return the seconds."""

    def send(folder: Path) -> None:
        subprocess.run(
            [
                "storescu",
                "-aec",
                server.ae_title,
                "+sd",
                "-xs",
                "127.0.0.1",
                str(server.dicom_port),
                str(folder),
            ],
            check=True,
            env=servers.ENVIRONMENT,
            stdout=subprocess.DEVNULL,
        )

    begin = time.perf_counter()
    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(send, folders))
    return time.perf_counter() - begin


class Web:
    """One kept-alive connection."""

    def __init__(self, server: servers.Server) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.http_port)
        self.connection.connect()
        self.headers = server.headers

    def get(self, path: str, accept: str) -> bytes:
        """Return the body; anything but 200 is an error."""
        self.connection.request("GET", path, headers={**self.headers, "Accept": accept})
        response = self.connection.getresponse()
        body = response.read()
        if response.status not in (200, 206):
            raise RuntimeError(f"{path}: {response.status} {body[:200]!r}")
        return body


JSON = "application/dicom+json"
FRAME = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'


def timed(call: Callable[[], object], times: int) -> float:
    """Return the median seconds of `times` calls after one that does not count."""
    call()
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def qido(query: str, least: int, times: int) -> Callable[[servers.Server], float]:
    """Return a measurement of one QIDO query that must give at least `least` studies."""

    def measure(server: servers.Server) -> float:
        web = Web(server)
        found = len(json.loads(web.get(f"/dicom-web/studies?{query}", JSON) or b"[]"))
        if found < least:
            raise RuntimeError(f"{server.name}: {query} gave {found}, not {least}")
        return timed(lambda: web.get(f"/dicom-web/studies?{query}", JSON), times)

    return measure


def cfind(keys: dict[str, str], least: int, times: int) -> Callable[[servers.Server], float]:
    """Return a measurement of one C-FIND that must give at least `least` studies."""

    def measure(server: servers.Server) -> float:
        client = FindClient(server.dicom_port, server.ae_title)
        try:
            found = client.find(**keys)
            if found < least:
                raise RuntimeError(f"{server.name}: {keys} gave {found}, not {least}")
            return timed(lambda: client.find(**keys), times)
        finally:
            client.close()

    return measure


def frames(study: str, count: int, clients: int) -> Callable[[servers.Server], float]:
    """Return a measurement of `count` frames fetched by `clients` at once, in seconds a frame."""
    series = study.replace(f"{data.ROOT}.1.", f"{data.ROOT}.2.")
    number = study.rsplit(".", 1)[1]
    paths = [
        f"/dicom-web/studies/{study}/series/{series}/instances/"
        f"{data.ROOT}.3.{number}.{index + 1}/frames/1"
        for index in range(count)
    ]

    def measure(server: servers.Server) -> float:
        webs = [Web(server) for _ in range(clients)]
        webs[0].get(paths[0], FRAME)

        def work(index: int) -> None:
            for path in paths[index::clients]:
                if len(webs[index].get(path, FRAME)) < 1000:
                    raise RuntimeError("a frame came short")

        begin = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(work, range(clients)))
        return (time.perf_counter() - begin) / count

    return measure


def fetch(path: str, accept: str, times: int) -> Callable[[servers.Server], float]:
    """Return a measurement of one GET."""
    return lambda server: timed(lambda: Web(server).get(path, accept), times)


def fetch_each(paths: list[str], accept: str) -> Callable[[servers.Server], float]:
    """Return a measurement of GETs of pictures that nobody asked for before."""

    def measure(server: servers.Server) -> float:
        web = Web(server)
        web.get(paths[0], accept)
        seconds = []
        for path in paths[1:]:
            begin = time.perf_counter()
            web.get(path, accept)
            seconds.append(time.perf_counter() - begin)
        return statistics.median(seconds)

    return measure


def read_rows(study: str, count: int, studies: int, times: int) -> list[Row]:
    """Return the rows of everything that reads."""
    series = study.replace(f"{data.ROOT}.1.", f"{data.ROOT}.2.")
    base = f"/dicom-web/studies/{study}/series/{series}"
    number = study.rsplit(".", 1)[1]
    rendered = [
        f"{base}/instances/{data.ROOT}.3.{number}.{i}/rendered" for i in range(1, min(count, 40))
    ]
    offset = min(10000, studies // 2)
    day = "20230301-20230307"
    return [
        ("QIDO newest 50", qido("limit=50", 50, times)),
        (f"QIDO offset {offset}", qido(f"limit=50&offset={offset}", 50, times)),
        ("QIDO name prefix", qido("PatientName=Moreau0001*&limit=50", 1, times)),
        ("QIDO name infix", qido("PatientName=*oreau0001*&limit=50", 1, times)),
        ("QIDO date range (a week)", qido(f"StudyDate={day}&limit=200", 1, times)),
        ("QIDO accession", qido("AccessionNumber=A0000100", 1, times)),
        (
            "QIDO ModalitiesInStudy",
            qido("ModalitiesInStudy=MG&limit=50", min(50, studies // 10), times),
        ),
        ("C-FIND name prefix", cfind({"PatientName": "Moreau0001*"}, 1, times)),
        ("C-FIND name infix", cfind({"PatientName": "*oreau0001*"}, 1, times)),
        ("C-FIND date range (a week)", cfind({"StudyDate": day}, 1, times)),
        ("C-FIND accession", cfind({"AccessionNumber": "A0000100"}, 1, times)),
        (
            "C-FIND ModalitiesInStudy",
            cfind({"ModalitiesInStudy": "MG", "StudyDate": "20230301-20230630"}, 1, times),
        ),
        (f"metadata, series of {count}", fetch(f"{base}/metadata", JSON, max(3, times // 4))),
        ("frame 512 KB, 1 client", frames(study, min(count, 300), 1)),
        ("frame 512 KB, 6 clients", frames(study, min(count, 600), 6)),
        ("rendered JPEG, first time", fetch_each(rendered, "image/jpeg")),
    ]


def split(folder: Path, parts: int) -> list[Path]:
    """Return `parts` folders of hard links to the files of `folder`."""
    files = sorted(folder.glob("*.dcm"))
    folders = [folder.parent / f"{folder.name}-{index}" for index in range(parts)]
    for index, target in enumerate(folders):
        target.mkdir(exist_ok=True)
        for file in files[index::parts]:
            link = target / file.name
            if not link.exists():
                os.link(file, link)
    return folders


def store_rows(root: Path, large: int, tiny: int) -> tuple[list[Row], str]:
    """Generate what is stored; return the rows and the study that the reading rows use."""
    studies = [data.ct_series(root / f"large{n}", large, 512, n) for n in (1, 2)]
    data.ct_series(root / "tiny3", tiny, 8, 3)
    parts = split(root / "large2", 4)
    rows: list[Row] = [
        (f"C-STORE {large} x 512 KB, 1 association", lambda s: store(s, [root / "large1"], 1)),
        (f"C-STORE {large} x 512 KB, 4 associations", lambda s: store(s, parts, 4)),
        (f"C-STORE {tiny} tiny, 1 association", lambda s: store(s, [root / "tiny3"], 1)),
    ]
    return rows, studies[0]


def run(rows: list[Row], both: list[servers.Server], out: dict[str, list[float]]) -> None:
    """Measure every row on each server in turn."""
    for name, measure in rows:
        out[name] = [measure(server) for server in both]
        print(f"  {name}: {out[name]}", file=sys.stderr, flush=True)


def table(results: dict[str, list[float]]) -> str:
    """Return the results as a Markdown table."""
    lines = ["| what | NOCTIS | Orthanc | Orthanc / NOCTIS |", "|---|---:|---:|---:|"]
    for name, (ours, theirs) in results.items():
        unit, scale = ("s", 1) if max(ours, theirs) >= 1 else ("ms", 1000)
        lines.append(
            f"| {name} | {ours * scale:.2f} {unit} | {theirs * scale:.2f} {unit} "
            f"| {theirs / ours:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["noctis"], help="measure NOCTIS alone, for profiling")
    parser.add_argument("--store-only", action="store_true", help="only the rows that store")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "noctis-bench")
    options = parser.parse_args()
    large, tiny, studies, times = (40, 100, 400, 3) if options.quick else (1000, 5000, 20000, 20)
    root = options.folder / f"data-{large}-{tiny}-{studies}"
    rows, study = store_rows(root, large, tiny)
    data.many_studies(root / "studies", studies)
    both = [servers.noctis(options.folder / "noctis")]
    if options.only is None:
        both.append(servers.orthanc(options.folder / "orthanc"))
    results: dict[str, list[float]] = {}
    try:
        run(rows, both, results)
        if not options.store_only:
            parts = sorted(path for path in (root / "studies").iterdir() if path.is_dir())
            run([(f"C-STORE {studies} studies", lambda s: store(s, parts, 4))], both, results)
            run(read_rows(study, large, studies, times), both, results)
    finally:
        for server in both:
            server.stop()
    if options.only is None:
        print(f"\n{platform.processor() or platform.machine()}, {os.cpu_count()} cores\n")
        print(table(results))


if __name__ == "__main__":
    main()
