"""Studies for the viewer's browser tests: every pixel is known by formula."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, JPEGLSLossless

ROOT = "1.2.826.0.1.3680043.10.1999.77"
CT, US_MULTIFRAME, DX, BASIC_TEXT_SR, PDF = (
    f"1.2.840.10008.5.1.4.1.1.{suffix}" for suffix in ("2", "3.1", "1.1", "88.11", "104.1")
)
SLICES = 24
SIZE = 96


@dataclass(frozen=True)
class Person:
    """Whom a study is of."""

    name: str = "VIEWER^TEST"
    patient_id: str = "V-1"
    study: str = f"{ROOT}.1"
    description: str = "CT chest"


FIRST = Person()
SECOND = Person("OTHER^PERSON", "V-2", f"{ROOT}.2", "CT of somebody else")
OBJECTS = Person(study=f"{ROOT}.3", description="All kinds of objects")
BROKEN = Person(study=f"{ROOT}.4", description="A frame that cannot be decoded")


def base(person: Person, series: int, number: int, sop_class: str, modality: str) -> FileDataset:
    """Return an instance without pixels."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = f"{person.study}.{series}.{number}"
    instance = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    instance.SpecificCharacterSet = "ISO_IR 192"
    instance.SOPClassUID, instance.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    instance.StudyInstanceUID, instance.SeriesInstanceUID = person.study, f"{person.study}.{series}"
    instance.PatientName, instance.PatientID = person.name, person.patient_id
    instance.PatientBirthDate, instance.PatientSex = "19600315", "F"
    instance.StudyDate, instance.StudyTime, instance.AccessionNumber = "20240314", "081500", "A-77"
    instance.StudyDescription, instance.StudyID = person.description, "1"
    instance.Modality, instance.SeriesNumber, instance.InstanceNumber = modality, series, number
    instance.SeriesDescription = f"Series {series} {modality}"
    instance.ReferringPhysicianName = ""
    return instance


def add_pixels(instance: Dataset, pixels: np.ndarray, photometric: str = "MONOCHROME2") -> None:
    """Put native pixels of 8 or 16 bits into the instance: (frames,) rows, columns (, RGB)."""
    colour = photometric == "RGB"
    shape = pixels.shape[:-1] if colour else pixels.shape
    instance.Rows, instance.Columns = shape[-2:]
    if len(shape) == 3:
        instance.NumberOfFrames = shape[0]
    instance.SamplesPerPixel, instance.PhotometricInterpretation = (3 if colour else 1), photometric
    if colour:
        instance.PlanarConfiguration = 0
    bits = pixels.dtype.itemsize * 8
    instance.BitsAllocated, instance.BitsStored, instance.HighBit = bits, bits, bits - 1
    instance.PixelRepresentation = int(pixels.dtype.kind == "i")
    instance.PixelData = pixels.tobytes()


def ct_hu(index: int) -> np.ndarray:
    """Return the values of slice `index` (0: nearest to the head), in HU."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    inside = np.hypot(rows - SIZE / 2, columns - SIZE / 2) < SIZE * 0.4
    return np.where(inside, 40 + 10 * index + columns // 4, -1000).astype(np.int16)


def ct_slice(person: Person, index: int) -> FileDataset:
    """Return a slice; Instance Number runs from the feet, against the order of reading."""
    instance = base(person, 1, SLICES - index, CT, "CT")
    instance.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    instance.FrameOfReferenceUID = f"{person.study}.9"
    instance.ImagePositionPatient = [-48, -48, 100 - 5 * index]
    instance.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    instance.PixelSpacing, instance.SliceThickness = [1, 1], 5
    instance.RescaleIntercept, instance.RescaleSlope, instance.RescaleType = -1024, 1, "HU"
    instance.WindowCenter, instance.WindowWidth = 40, 400
    add_pixels(instance, (ct_hu(index) + 1024).astype(np.uint16))
    return instance


def clip(person: Person, frames: int = 12) -> FileDataset:
    """Return an ultrasound clip in colour: frame n (from 1) is red 10 n, green 100, blue 0."""
    instance = base(person, 2, 1, US_MULTIFRAME, "US")
    pixels = np.zeros((frames, 40, 60, 3), np.uint8)
    pixels[..., 0] = (10 * np.arange(1, frames + 1))[:, None, None]
    pixels[..., 1] = 100
    instance.FrameTime, instance.FrameIncrementPointer = 50, 0x00181063
    add_pixels(instance, pixels, "RGB")
    return instance


def curved_radiograph(person: Person) -> FileDataset:
    """Return a radiograph whose VOI table is no straight line: grey is the square of the value."""
    instance = base(person, 3, 1, DX, "DX")
    instance.PatientOrientation = ["L", "F"]
    instance.ImagerPixelSpacing = [0.2, 0.2]
    add_pixels(instance, np.repeat(np.arange(256, dtype=np.uint16)[None, :], 200, axis=0))
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table.LUTExplanation = "Square"
    table.LUTData = np.rint(65535 * (np.arange(256) / 255) ** 2).astype("<u2").tobytes()
    instance.VOILUTSequence = Sequence([table])
    return instance


def report(person: Person) -> FileDataset:
    """Return a text report."""
    instance = base(person, 4, 1, BASIC_TEXT_SR, "SR")
    instance.ValueType, instance.ContinuityOfContent = "CONTAINER", "SEPARATE"
    instance.CompletionFlag, instance.VerificationFlag = "PARTIAL", "UNVERIFIED"
    return instance


def document(person: Person) -> FileDataset:
    """Return an encapsulated PDF."""
    instance = base(person, 5, 1, PDF, "DOC")
    instance.DocumentTitle, instance.MIMETypeOfEncapsulatedDocument = "A letter", "application/pdf"
    instance.EncapsulatedDocument = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n"
    )
    return instance


def broken_among_good(person: Person) -> Iterator[FileDataset]:
    """Yield three slices; the codestream of the second is rubbish."""
    for index in (0, 1, 2):
        instance = ct_slice(person, index)
        instance.SeriesInstanceUID = f"{person.study}.6"
        instance.SeriesNumber, instance.SeriesDescription = 6, "Broken"
        uid = f"{person.study}.6.{index + 1}"
        instance.SOPInstanceUID = instance.file_meta.MediaStorageSOPInstanceUID = uid
        if index == 1:
            instance.file_meta.TransferSyntaxUID = JPEGLSLossless
            instance.PixelData = encapsulate([b"\xff\xd8 no picture \xff\xd9"])
            instance["PixelData"].VR = "OB"
        yield instance


def all_studies() -> list[FileDataset]:
    """Return every instance."""
    return [
        *(ct_slice(FIRST, index) for index in range(SLICES)),
        *(ct_slice(SECOND, index) for index in range(2)),
        clip(OBJECTS),
        curved_radiograph(OBJECTS),
        report(OBJECTS),
        document(OBJECTS),
        *broken_among_good(BROKEN),
    ]
