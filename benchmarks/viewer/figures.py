"""From raw visits to a table."""

import statistics
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

Key = tuple[str, str, str]
_TIMES = (
    ("first", "first image"),
    ("frames", "all frames of the series"),
    ("planes", "three planes, first pixels"),
    ("still", "three planes, complete"),
)
_SIZES = (
    ("bytes", "bytes sent"),
    ("resident", "renderer, resident"),
    ("heap", "JavaScript heap"),
)


def medians(visits: Iterable[dict[str, Any]]) -> dict[Key, dict[str, float]]:
    """Return (network, study, measure) -> viewer -> median; what was never seen is left out."""
    values: dict[Key, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for visit in visits:
        for field, measure in measures(visit["is_planes"]):
            if visit.get(field) is not None:
                values[visit["network"], visit["study"], measure][visit["viewer"]].append(
                    visit[field]
                )
    return {
        key: {viewer: statistics.median(found) for viewer, found in by_viewer.items()}
        for key, by_viewer in values.items()
    }


def measures(is_planes: bool) -> list[tuple[str, str]]:
    """Return (field, what it is called) of what a visit with or without planes tells."""
    if is_planes:
        return [*_TIMES[2:], ("resident", "renderer with planes, resident")]
    return [*_TIMES[:2], *_SIZES]


def shown(measure: str, value: float) -> str:
    """Return a time as seconds, a size as MB."""
    is_size = any(word in measure for word in ("bytes", "resident", "heap"))
    return f"{value / 1e6:.1f} MB" if is_size else f"{value / 1000:.2f} s"


def table(found: dict[Key, dict[str, float]]) -> str:
    """Return a Markdown table; above 1 NOCTIS is ahead."""
    lines = ["| network | study | what | NOCTIS | OHIF | OHIF / NOCTIS |"]
    lines += ["|---|---|---|---:|---:|---:|"]
    for (network, study, measure), both in found.items():
        ours, theirs = both.get("NOCTIS"), both.get("OHIF")
        cells = [shown(measure, value) if value else "-" for value in (ours, theirs)]
        ratio = f"{theirs / ours:.2f}" if ours and theirs else "-"
        lines.append(f"| {network} | {study} | {measure} | {cells[0]} | {cells[1]} | {ratio} |")
    return "\n".join(lines)


def waterfall(visit: dict[str, Any]) -> list[str]:
    """Return where the time to the first image went: one line a step, times in ms."""
    first = visit["first"]
    rows = [_span("page", [[*visit["page"]]], first)]
    for name, parts in _STEPS:
        rows.append(_span(name, [one[1:] for one in _matching(visit, parts)], first))
    busy = sum(length for start, length in visit["longTasks"] if start < first)
    rows.append(f"main thread busy (long tasks) before the first image: {busy:.0f} ms")
    rows.append(f"first image: {first:.0f} ms")
    return [row for row in rows if row]


_STEPS = (
    ("scripts and styles", (".js", ".css", ".mjs")),
    ("codecs", (".wasm",)),
    ("searches", ("/series?", "/studies?", "/instances?", "/api/")),
    ("metadata", ("/metadata",)),
    ("thumbnails", ("/thumbnail", "/rendered")),
    ("frames", ("/frames/",)),
)


def _matching(visit: dict[str, Any], parts: tuple[str, ...]) -> list[list[Any]]:
    found = []
    for name, _, start, _, stop, sent, _ in visit["resources"]:
        path = name.split("?")[0]
        if any(part in name if part[-1] in "?/" else path.endswith(part) for part in parts):
            found.append([name, start, stop, sent])
    return found


def _span(name: str, found: list[list[float]], first: float) -> str:
    """Describe what of `found` (start, end, bytes) began before the first image."""
    early = [one for one in found if one[0] <= first]
    if not early:
        return ""
    begin, first_end = min(early)[0], min(one[1] for one in early)
    end, sent = max(one[1] for one in early), sum(one[2] for one in early)
    return (
        f"{name}: {len(early)}, from {begin:.0f}, the first there at {first_end:.0f}, "
        f"the last at {end:.0f} ms, {sent / 1e6:.2f} MB"
    )
