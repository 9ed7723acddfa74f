"""A study with a segmentation, a structure set and presentation states over a known CT.

Slice ``index`` lies at z = 100 - 5 index mm, pixel (column, row) at x = column - 48, y = row - 48.
"""

import highdicom as hd
import numpy as np
from highdicom.sr.coding import CodedConcept
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes

from tests.e2e.viewer_studies import CT, ROOT, SIZE, Person, base, ct_slice

OVERLAID = Person(study=f"{ROOT}.21", description="CT with overlays")
SLICES = 6
RTSTRUCT, GSPS = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.11.1"
NODULE_SLICE, CONTOUR_SLICE, PRESENTED_SLICE = 2, 4, 1
# Columns and rows, ends left out.
NODULE = (20, 30, 40, 50)
ORGAN = (50, 60, 70, 70)
OUTER, INNER = (10, 10, 60, 60), (25, 25, 45, 45)
SHUTTER = (20, 10, 76, 86)
WINDOW = (60.0, 200.0)


def overlaid_slices() -> list[FileDataset]:
    slices = [ct_slice(OVERLAID, index) for index in range(SLICES)]
    for one in slices:
        one.StudyID, one.PositionReferenceIndicator = "1", ""
    return slices


def _square(frame: np.ndarray, box: tuple[int, int, int, int], segment: int) -> None:
    left, top, right, bottom = box
    frame[top:bottom, left:right, segment] = 1


def _segment(number: int, label: str, rgb: tuple[int, int, int]) -> hd.seg.SegmentDescription:
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=CodedConcept("27925004", "SCT", "Lump"),
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        display_color=hd.color.CIELabColor.from_rgb(*rgb),
    )


def segmentation(slices: list[FileDataset]) -> Dataset:
    """Return a nodule (red) on one slice and an organ (green) on three."""
    pixels = np.zeros((SLICES, SIZE, SIZE, 2), np.uint8)
    _square(pixels[NODULE_SLICE], NODULE, 0)
    for index in range(NODULE_SLICE, NODULE_SLICE + 3):
        _square(pixels[index], ORGAN, 1)
    made = hd.seg.Segmentation(
        source_images=slices,
        pixel_array=pixels,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[
            _segment(1, "Nodule", (220, 40, 40)),
            _segment(2, "Organ", (40, 200, 80)),
        ],
        series_instance_uid=f"{OVERLAID.study}.31",
        series_number=31,
        sop_instance_uid=f"{OVERLAID.study}.31.1",
        instance_number=1,
        manufacturer="NOCTIS",
        manufacturer_model_name="Tests",
        software_versions="1",
        device_serial_number="1",
        series_description="Two segments",
    )
    made.PatientBirthDate = slices[0].PatientBirthDate
    return made


def _reference(one: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CT, one.SOPInstanceUID
    return item


def _contour(kind: str, points: list[tuple[float, float]], on: Dataset) -> Dataset:
    """Return a contour through pixels of a slice."""
    item = Dataset()
    item.ContourImageSequence = Sequence([_reference(on)])
    item.ContourGeometricType, item.NumberOfContourPoints = kind, len(points)
    z = on.ImagePositionPatient[2]
    item.ContourData = [value for x, y in points for value in (x - 48, y - 48, z)]
    return item


def _ring(box: tuple[int, int, int, int]) -> list[tuple[float, float]]:
    left, top, right, bottom = box
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def structure_set(slices: list[FileDataset]) -> FileDataset:
    """Return a target with a hole, and a point."""
    on = slices[CONTOUR_SLICE]
    made = base(OVERLAID, 32, 1, RTSTRUCT, "RTSTRUCT")
    made.StructureSetLabel = "Plan A"
    made.StructureSetROISequence, made.ROIContourSequence = Sequence(), Sequence()
    made.RTROIObservationsSequence = Sequence()
    contours = (
        (
            "Target",
            "PTV",
            (255, 0, 255),
            [("CLOSED_PLANAR", _ring(OUTER)), ("CLOSED_PLANAR", _ring(INNER))],
        ),
        ("Isocentre", "ISOCENTER", (0, 255, 255), [("POINT", [(80.0, 80.0)])]),
    )
    for number, (name, kind, colour, drawn) in enumerate(contours, 1):
        roi, contour, observation = Dataset(), Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = number, name, "MANUAL"
        roi.ReferencedFrameOfReferenceUID = on.FrameOfReferenceUID
        contour.ReferencedROINumber, contour.ROIDisplayColor = number, list(colour)
        contour.ContourSequence = Sequence([_contour(type_, points, on) for type_, points in drawn])
        observation.ObservationNumber, observation.ReferencedROINumber = number, number
        observation.RTROIInterpretedType, observation.ROIInterpreter = kind, ""
        made.StructureSetROISequence.append(roi)
        made.ROIContourSequence.append(contour)
        made.RTROIObservationsSequence.append(observation)
    return made


def _presentation(on: Dataset, number: int, label: str) -> FileDataset:
    made = base(OVERLAID, 33, number, GSPS, "PR")
    series = Dataset()
    series.SeriesInstanceUID = on.SeriesInstanceUID
    series.ReferencedImageSequence = Sequence([_reference(on)])
    made.ReferencedSeriesSequence = Sequence([series])
    made.ContentLabel, made.ContentDescription, made.ContentCreatorName = "STATE", label, "DOE^JANE"
    area = Dataset()
    area.DisplayedAreaTopLeftHandCorner = [1, 1]
    area.DisplayedAreaBottomRightHandCorner = [SIZE, SIZE]
    area.PresentationSizeMode, area.PresentationPixelSpacing = "SCALE TO FIT", [1, 1]
    made.DisplayedAreaSelectionSequence = Sequence([area])
    made.PresentationLUTShape = "IDENTITY"
    return made


def shuttered(on: Dataset) -> FileDataset:
    """Return an inverted picture in a window and behind a shutter, with a box drawn on it."""
    made = _presentation(on, 1, "Shutter and box")
    left, top, right, bottom = SHUTTER
    made.ShutterShape, made.ShutterPresentationValue = "RECTANGULAR", 0
    made.ShutterLeftVerticalEdge, made.ShutterRightVerticalEdge = left + 1, right
    made.ShutterUpperHorizontalEdge, made.ShutterLowerHorizontalEdge = top + 1, bottom
    voi = Dataset()
    voi.WindowCenter, voi.WindowWidth = WINDOW
    made.SoftcopyVOILUTSequence = Sequence([voi])
    made.PresentationLUTShape = "INVERSE"
    layer, annotation, box = Dataset(), Dataset(), Dataset()
    layer.GraphicLayer, layer.GraphicLayerOrder = "FINDING", 1
    made.GraphicLayerSequence = Sequence([layer])
    box.GraphicAnnotationUnits, box.GraphicDimensions = "PIXEL", 2
    box.NumberOfGraphicPoints, box.GraphicType, box.GraphicFilled = 5, "POLYLINE", "N"
    box.GraphicData = [30, 30, 60, 30, 60, 60, 30, 60, 30, 30]
    annotation.GraphicLayer = "FINDING"
    annotation.GraphicObjectSequence = Sequence([box])
    made.GraphicAnnotationSequence = Sequence([annotation])
    return made


def turned(on: Dataset) -> FileDataset:
    """Return a picture turned clockwise, then mirrored, of which the middle is to be seen."""
    made = _presentation(on, 2, "Turned")
    made.ImageRotation, made.ImageHorizontalFlip = 90, "Y"
    area = made.DisplayedAreaSelectionSequence[0]
    area.DisplayedAreaTopLeftHandCorner = [25, 25]
    area.DisplayedAreaBottomRightHandCorner = [72, 72]
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType = [2, 0, 16], "US"
    table.LUTData = bytes(4)
    made.ModalityLUTSequence = Sequence([table])
    return made


def overlay_studies() -> list[Dataset]:
    """Return every instance."""
    slices = overlaid_slices()
    presented = slices[PRESENTED_SLICE]
    return [
        *slices,
        segmentation(slices),
        structure_set(slices),
        shuttered(presented),
        turned(presented),
    ]
