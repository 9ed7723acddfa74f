"""Measurements in the content of a structured report, whoever wrote it.

Groups are read as TID 1500 has them, and loosely: any container with numbers in it is one. What a
number was measured on is beneath it, beside it, or elsewhere in the report (by reference).
"""

import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from dicomkit.content_tree import Item
from dicomkit.names import PersonName
from viewer.annotations.content import MAX_NUMBER
from viewer.annotations.vocabulary import COBB_CODES, VALUE_BY_CODE

Measured = dict[str, Any]

MAX_FOUND: Final = 2000
_MAX_POINTS: Final = 2001  # a closed line has its first point twice
_NAMESPACE: Final = uuid.UUID("0b8f7a2e-61f3-4e0c-9d0e-0a5cb6d5f1c4")
_TRACKING_IDENTIFIER: Final = "112039"
_TRACKING_UID: Final = "112040"
_COMMENT: Final = "121106"
_DERIVATION: Final = "121401"
_OBSERVERS: Final = frozenset({"121008", "121013"})  # a person's name, a device's name
_FINDINGS: Final = frozenset({"121071", "276214006"})
# From the corner of the first pixel, where Graphic Data begins to count, to its centre.
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Context:
    """What an item inherits from those around it."""

    author: str = ""
    label: str = ""
    note: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where something was measured: on an image, or in a frame of reference."""

    kind: str
    points: tuple[tuple[float, ...], ...]
    sop_instance_uid: str = ""
    frame: int = 1
    frame_of_reference_uid: str = ""

    @property
    def is_in_space(self) -> bool:
        return bool(self.frame_of_reference_uid)


def measurements_in(root: Item, sop_instance_uid: str) -> list[Measured]:
    """Return what a report says was measured on images, in the form of annotations.

    A measurement has `points` where it states image coordinates, `world` where it states those of
    a frame of reference, and neither where it names no more than the image.

    Parameters
    ----------
    root : Item
        The content (`dicomkit.content_tree.read_tree`).
    sop_instance_uid : str
        Of the report.
    """
    found: list[Measured] = []
    for group, context in _groups(root, _Context()):
        for one in _in_group(root, group, context):
            uid = one["uid"] or _derived_uid(sop_instance_uid, len(found))
            found.append({**one, "uid": uid, "source": sop_instance_uid})
            if len(found) >= MAX_FOUND:
                return found
    return found


def _derived_uid(sop_instance_uid: str, place: int) -> str:
    return f"2.25.{uuid.uuid5(_NAMESPACE, f'{sop_instance_uid}/{place}').int}"


def _groups(item: Item, context: _Context) -> Iterator[tuple[Item, _Context]]:
    """Yield every container that may hold measurements, with what it inherits."""
    context = _inherit(item, context)
    if any(child.value_type in {"NUM", "SCOORD", "SCOORD3D"} for child in item.children):
        yield item, context
    for child in item.children:
        if child.value_type == "CONTAINER":
            yield from _groups(child, replace(context, uid="", note=""))


def _inherit(item: Item, context: _Context) -> _Context:
    for child in item.children:
        code = child.name.value
        if code in _OBSERVERS and child.text:
            context = replace(context, author=_shown(child))
        elif code == _TRACKING_IDENTIFIER:
            context = replace(context, label=child.text[:200])
        elif code == _TRACKING_UID:
            context = replace(context, uid=child.text[:64])
        elif code == _COMMENT:
            context = replace(context, note=child.text[:300])
        elif code in _FINDINGS and child.code.meaning and not context.label:
            context = replace(context, label=child.code.meaning[:200])
    return context


def _shown(item: Item) -> str:
    if item.value_type != "PNAME":
        return item.text[:200]
    return PersonName.parse(item.text).display()[:200]


def _in_group(root: Item, group: Item, context: _Context) -> Iterator[Measured]:
    """Yield the measurements of a group: one for each place at which something was measured."""
    numbers = [item for item in group.children if item.value_type == "NUM"]
    beside = _shapes(root, group)
    by_place: dict[tuple[_Shape, ...], list[Item]] = {}
    for number in numbers:
        if number.number is not None and abs(number.number) <= MAX_NUMBER:
            by_place.setdefault(tuple(_shapes(root, number) or beside), []).append(number)
    axes = _axes(by_place)
    if axes:
        by_place = axes
    if not numbers and beside:
        by_place = {tuple(beside): []}
    for place, (shapes, measured) in enumerate(by_place.items()):
        if shapes:
            one = _measured(shapes, measured, context)
            yield one if place == 0 else {**one, "uid": ""}


def _axes(
    by_place: dict[tuple[_Shape, ...], list[Item]],
) -> dict[tuple[_Shape, ...], list[Item]] | None:
    """Return long and short axis as one measurement, when these two are the whole group."""
    if len(by_place) != 2:
        return None
    named = {_value_name(items[0]): shapes for shapes, items in by_place.items() if items}
    long, short = named.get("length", ()), named.get("short_axis", ())
    both = (*long, *short)
    if len(both) != 2 or any(len(shape.points) != 2 for shape in both):
        return None
    if both[0].sop_instance_uid != both[1].sop_instance_uid:
        return None
    return {both: [item for items in by_place.values() for item in items]}


def _shapes(root: Item, item: Item) -> list[_Shape]:
    """Return the places beneath an item, those that it refers to as well."""
    found = []
    for child in item.children:
        place = root.at(child.target) if child.target else child
        if place is not None and (shape := _shape(root, place)) is not None:
            found.append(shape)
    drawn = [shape for shape in found if shape.kind != "IMAGE"]
    return drawn or found[:1]


def _shape(root: Item, item: Item) -> _Shape | None:
    if item.value_type == "IMAGE" and item.sop_instance_uid:
        return _Shape("IMAGE", (), item.sop_instance_uid, item.frame)
    points = _points(item)
    if not points:
        return None
    if item.value_type == "SCOORD3D":
        return _Shape(item.graphic_type, points, frame_of_reference_uid=item.frame_of_reference_uid)
    for child in item.children:
        image = root.at(child.target) if child.target else child
        if image is not None and image.value_type == "IMAGE" and image.sop_instance_uid:
            return _Shape(item.graphic_type, points, image.sop_instance_uid, image.frame)
    return None


def _points(item: Item) -> tuple[tuple[float, ...], ...]:
    """Return coordinates as points: of the image from its first pixel's centre, or in mm."""
    size = {"SCOORD": 2, "SCOORD3D": 3}.get(item.value_type, 0)
    is_fit = size and item.graphic and len(item.graphic) % size == 0
    if not is_fit or len(item.graphic) > size * _MAX_POINTS:
        return ()
    if not all(math.isfinite(one) and abs(one) <= MAX_NUMBER for one in item.graphic):
        return ()
    shift = _HALF if size == 2 else 0.0
    return tuple(zip(*[iter(one - shift for one in item.graphic)] * size, strict=True))


def _measured(shapes: tuple[_Shape, ...], numbers: list[Item], context: _Context) -> Measured:
    tool, points = _tool(shapes, numbers)
    first, places = shapes[0], [list(point) for point in points]
    others = [one.name.meaning for one in numbers if _value_name(one) == "value"]
    return {
        "uid": context.uid,
        "tool": tool,
        "sop_instance_uid": first.sop_instance_uid,
        "frame": first.frame,
        "points": [] if first.is_in_space else places,
        "world": places if first.is_in_space else None,
        "frame_of_reference_uid": first.frame_of_reference_uid,
        "label": context.label,
        "values": [_value(one) for one in numbers][:20],
        "note": context.note or ", ".join(dict.fromkeys(filter(None, others)))[:300],
        "colour": "",
        "author": context.author,
    }


def _value(number: Item) -> dict[str, Any]:
    unit = number.unit.value[:16] or "1"
    return {"name": _value_name(number), "value": number.number, "unit": unit}


def _value_name(number: Item) -> str:
    for child in number.children:
        if child.name.value == _DERIVATION and child.code.value in VALUE_BY_CODE:
            return VALUE_BY_CODE[child.code.value]
    return VALUE_BY_CODE.get(number.name.value, "value")


_TOOL_BY_KIND: Final = {"CIRCLE": "circle", "ELLIPSE": "ellipse", "POINT": "probe"}


def _tool(
    shapes: tuple[_Shape, ...], numbers: list[Item]
) -> tuple[str, tuple[tuple[float, ...], ...]]:
    """Return which tool draws such a thing, and the points as that tool has them."""
    points = tuple(point for shape in shapes for point in shape.points)
    names = {_value_name(one) for one in numbers}
    if len(shapes) == 2 and len(points) == 4:
        return ("bidirectional" if "short_axis" in names else "cobb"), points
    shape = shapes[0]
    if shape.kind in _TOOL_BY_KIND and len(shapes) == 1:
        return _TOOL_BY_KIND[shape.kind], points
    if len(shape.points) == 3 and "angle" in names:
        return "angle", shape.points
    if len(shape.points) == 4 and any(one.name.value in COBB_CODES for one in numbers):
        return "cobb", shape.points
    return _line(shape.points, bool(numbers))


def _line(
    points: tuple[tuple[float, ...], ...], is_measured: bool
) -> tuple[str, tuple[tuple[float, ...], ...]]:
    if len(points) == 2:
        return ("length" if is_measured else "arrow"), points
    if len(points) < 2:
        return ("probe" if points else "text"), points
    is_closed = points[0] == points[-1]
    if is_closed and len(points) == 5 and _is_rectangle(points[:4]):
        return "rectangle", points[:4]
    return "freehand", points[:-1] if is_closed and len(points) > 3 else points


def _is_rectangle(corners: tuple[tuple[float, ...], ...]) -> bool:
    """Say whether both diagonals of four corners have the same length and the same middle."""
    first, second, third, fourth = corners
    middles = zip(first, second, third, fourth, strict=True)
    is_centred = all(abs(a + c - b - d) < 1e-3 for a, b, c, d in middles)
    return is_centred and abs(math.dist(first, third) - math.dist(second, fourth)) < 1e-3
