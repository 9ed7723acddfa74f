"""Annotations as the content of a measurement report.

References: PS3.16 TID 1500 (Measurement Report), TID 1501 (measurements along lines), TID 1410
(planar regions), TID 300 and TID 320; PS3.3 C.18.6.1.2 (Graphic Data).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from highdicom.sr import (
    CodeContentItem,
    ContainerContentItem,
    ContentSequence,
    CoordinatesForMeasurement,
    ImageRegion,
    LanguageOfContentItemAndDescendants,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    PnameContentItem,
    RelationshipTypeValues,
    SourceImageForRegion,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.sr.codedict import codes

from viewer.annotations.content import Content
from viewer.annotations.vocabulary import DERIVATIONS, concept, unit_code, value_concept

Point = Sequence[float]

_IS = RelationshipTypeValues
_IMAGING_PROCEDURE: Final = concept("363679005", "SCT", "Imaging procedure")
_ENGLISH: Final = concept("en", "RFC5646", "English")
# Along lines (TID 1501); the others are regions or places (TID 1410), as is what has no number.
_LINES: Final = frozenset({"length", "bidirectional", "angle", "cobb"})
# From the centre of the first pixel to its corner, where Graphic Data begins to count.
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Image:
    """The image that an annotation lies on."""

    sop_class_uid: str
    modality: str
    has_frames: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """An annotation with its author, whose name is a PN value (PS3.5 6.2.1)."""

    content: Content
    author: str


def measurement_report(
    drawn: Sequence[Drawn], images: Mapping[str, Image], *, observer: str, organization: str
) -> ContainerContentItem:
    """Return the root of a measurement report.

    Parameters
    ----------
    drawn : sequence of Drawn
        At least one.
    images : mapping of str to Image
        Their images, by SOP Instance UID.
    observer : str
        PN of whoever has it written; others' annotations name their own authors.
    organization : str
        Where the observer works.
    """
    person = PersonObserverIdentifyingAttributes(observer, organization_name=organization or None)
    report = MeasurementReport(
        observation_context=ObservationContext(
            observer_person_context=ObserverContext(codes.DCM.Person, person)
        ),
        procedure_reported=_IMAGING_PROCEDURE,
        imaging_measurements=[
            _group(one, number, images[one.content["sop_instance_uid"]])
            for number, one in enumerate(drawn, start=1)
        ],
        language_of_content_item_and_descendants=LanguageOfContentItemAndDescendants(_ENGLISH),
    )
    return report[0]


def _group(drawn: Drawn, number: int, image: Image) -> Any:
    """Return the measurement group of one annotation."""
    content = drawn.content
    tracking = TrackingIdentifier(content["uid"], content["label"] or f"{content['tool']} {number}")
    if content["tool"] in _LINES and content["values"]:
        group: Any = MeasurementsAndQualitativeEvaluations(
            tracking_identifier=tracking, measurements=_along_lines(content, image)
        )
    else:
        group = PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=tracking,
            referenced_region=_region(content, image),
            measurements=[_measurement(content, one, image) for one in content["values"]] or None,
        )
    _say_who(group[0], drawn.author)
    if content["note"]:
        note = TextContentItem(codes.DCM.Comment, content["note"], _IS.CONTAINS)
        group[0].ContentSequence.append(note)
    return group


def _say_who(group: ContainerContentItem, author: str) -> None:
    """Name the author in the group, for what is inherited from the root is another's."""
    said = [
        CodeContentItem(codes.DCM.ObserverType, codes.DCM.Person, _IS.HAS_OBS_CONTEXT),
        PnameContentItem(codes.DCM.PersonObserverName, author, _IS.HAS_OBS_CONTEXT),
    ]
    group.ContentSequence = ContentSequence([*said, *group.ContentSequence])


def _along_lines(content: Content, image: Image) -> list[Measurement]:
    """Return the values, each with the lines that it was measured along."""
    points = content["points"]
    lines = {"length": [points[:2]], "short_axis": [points[2:4]], "angle": [points]}
    if content["tool"] == "cobb":
        lines["angle"] = [points[:2], points[2:]]
    return [
        _measurement(
            content,
            value,
            image,
            [
                CoordinatesForMeasurement("POLYLINE", _graphic(line), _source(content, image))
                for line in lines.get(value["name"], [points])
            ],
        )
        for value in content["values"]
    ]


def _measurement(
    content: Content,
    value: Mapping[str, Any],
    image: Image,
    coordinates: list[CoordinatesForMeasurement] | None = None,
) -> Measurement:
    name, unit = value["name"], value["unit"]
    return Measurement(
        name=value_concept(content["tool"], name, unit, image.modality),
        value=float(value["value"]),
        unit=unit_code(unit),
        derivation=DERIVATIONS.get(name),
        referenced_coordinates=coordinates,
    )


def _region(content: Content, image: Image) -> ImageRegion:
    kind, points = _shape(content["tool"], content["points"])
    return ImageRegion(kind, _graphic(points), _source(content, image))


def _shape(tool: str, points: list[Point]) -> tuple[str, list[Point]]:
    """Return Graphic Type and points of a region, as C.18.6.1.2 wants them."""
    if tool == "circle":
        return "CIRCLE", points
    if tool == "ellipse":
        first, second = points[:2], points[2:]
        is_sorted = math.dist(*first) >= math.dist(*second)
        return "ELLIPSE", [*first, *second] if is_sorted else [*second, *first]
    if tool == "rectangle":
        return "POLYLINE", _closed(_corners(points))
    if tool == "freehand":
        return "POLYLINE", _closed(points)
    return ("POINT", points) if len(points) == 1 else ("POLYLINE", points)


def _corners(points: list[Point]) -> list[Point]:
    """Return the corners of a rectangle in the order in which one walks around it."""
    if len(points) < 4:
        (left, top), (right, bottom) = points[0], points[-1]
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    centre = [sum(axis) / len(points) for axis in zip(*points, strict=True)]
    return sorted(points, key=lambda one: math.atan2(one[1] - centre[1], one[0] - centre[0]))


def _closed(points: list[Point]) -> list[Point]:
    return points if list(points[0]) == list(points[-1]) else [*points, points[0]]


def _graphic(points: Sequence[Point]) -> np.ndarray[Any, Any]:
    """Return points as Graphic Data: the corner of the first pixel is (0, 0)."""
    return np.array(points, dtype=np.float64) + _HALF


def _source(content: Content, image: Image) -> SourceImageForRegion:
    frames = [content["frame"]] if image.has_frames else None
    return SourceImageForRegion(image.sop_class_uid, content["sop_instance_uid"], frames)
