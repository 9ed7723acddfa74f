"""The arithmetic of the viewer's benchmark: the slow line, the medians, the table."""

import pytest

from benchmarks.viewer import figures
from benchmarks.viewer.link import Link


def test_a_line_sends_one_after_another() -> None:
    line = Link(bytes_per_s=1000, delay_s=0.5)
    assert line.send(500, now=10) == pytest.approx((10.5, 11.0))
    # Asked for while the first was still being sent.
    assert line.send(250, now=10.1) == pytest.approx((10.75, 11.25))


def test_an_idle_line_saves_nothing_up() -> None:
    line = Link(bytes_per_s=1000, delay_s=0)
    line.send(100, now=0)
    assert line.send(1000, now=50) == pytest.approx((51, 51))


def visit(viewer: str, **seen: float | None) -> dict:
    return {"viewer": viewer, "network": "slow", "study": "CT", "is_planes": False, **seen}


def test_medians_and_their_ratio() -> None:
    found = figures.medians(
        [
            visit("NOCTIS", first=1000, bytes=2e6),
            visit("NOCTIS", first=9000, bytes=2e6),
            visit("NOCTIS", first=2000, bytes=2e6),
            visit("OHIF", first=3000, bytes=5e6),
        ]
    )
    assert found["slow", "CT", "first image"] == {"NOCTIS": 2000, "OHIF": 3000}
    rows = figures.table(found).splitlines()
    assert "| slow | CT | first image | 2.00 s | 3.00 s | 1.50 |" in rows
    assert "| slow | CT | bytes sent | 2.0 MB | 5.0 MB | 2.50 |" in rows


def test_what_was_never_seen_has_no_ratio() -> None:
    found = figures.medians([visit("NOCTIS", first=1000), visit("OHIF", first=None)])
    assert "| slow | CT | first image | 1.00 s | - | - |" in figures.table(found)


def test_the_waterfall_tells_of_what_came_before_the_first_image() -> None:
    frames = "http://h/dicom-web/studies/1/series/2/instances/3/frames"
    resources = [
        ["http://h/static/main.js", "script", 10, 20, 300, 4_000_000, 4_000_000],
        [f"{frames}/1", "fetch", 400, 410, 450, 500_000, 500_000],
        [f"{frames}/2", "fetch", 900, 910, 950, 500_000, 500_000],
    ]
    tasks = [[310, 80], [700, 90]]
    rows = figures.waterfall(
        {"page": (0, 9, 300), "first": 600, "resources": resources, "longTasks": tasks}
    )
    scripts = "scripts and styles: 1, from 10, the first there at 300, the last at 300 ms, 4.00 MB"
    assert scripts in rows
    assert "frames: 1, from 400, the first there at 450, the last at 450 ms, 0.50 MB" in rows
    assert "main thread busy (long tasks) before the first image: 80 ms" in rows
