"""The data of the benchmark: generated, the same bytes in every run, for both servers."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

ROOT = "1.2.826.0.1.3680043.10.1511.9"  # below pydicom's root, for tests alone
FAMILIES = ["Okafor", "Lindqvist", "Moreau", "Tanaka", "Novak", "Haddad", "Silva", "Keller"]
MODALITIES = ["CT", "MR", "CR", "DX", "US", "MG", "NM", "PT", "XA", "OT"]


def _base(study: str, series: str, sop: str, sop_class: str) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = sop
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = ROOT
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, sop
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.StudyTime, ds.StudyID, ds.SeriesNumber = "101500", "1", 1
    ds.ReferringPhysicianName, ds.PatientBirthDate, ds.PatientSex = "Ref^Erring", "19600101", "F"
    return ds


def write(ds: Dataset, path: Path) -> None:
    """Write `ds` as a Part 10 file."""
    buffer = BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    path.write_bytes(buffer.getvalue())


def ct_series(folder: Path, count: int, side: int, number: int) -> str:
    """Write one CT series with a scanner's full header; return its Study Instance UID."""
    folder.mkdir(parents=True, exist_ok=True)
    study, series = f"{ROOT}.1.{number}", f"{ROOT}.2.{number}"
    rng = np.random.default_rng(number)
    noise = rng.integers(0, 4096, (side, side), dtype=np.uint16)
    for index in range(count):
        path = folder / f"{index:05d}.dcm"
        if path.exists():
            continue
        ds = _base(study, series, f"{ROOT}.3.{number}.{index + 1}", CTImageStorage)
        ds.PatientName, ds.PatientID = f"Series^Number{number}", f"S{number:06d}"
        ds.StudyDate, ds.AccessionNumber = "20260102", f"AS{number:06d}"
        ds.StudyDescription, ds.SeriesDescription = "CT THORAX ABDOMEN", "Axial 1 mm soft"
        _ct_header(ds, index, side)
        ds.PixelData = np.roll(noise, index * 37).tobytes()
        write(ds, path)
    return study


def _ct_header(ds: Dataset, index: int, side: int) -> None:
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.InstanceCreationDate, ds.InstanceCreationTime = "20260102", "101501"
    ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20260102"
    ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = f"1015{index % 60:02d}.{index:06d}"
    ds.Modality, ds.Manufacturer, ds.InstitutionName = "CT", "Example Devices", "Example Hospital"
    ds.StationName, ds.ManufacturerModelName = "CT01", "Model 64"
    ds.PatientAge, ds.PatientWeight, ds.BodyPartExamined = "066Y", 70.5, "CHEST"
    ds.SliceThickness, ds.KVP, ds.DataCollectionDiameter = 1.0, 120, 500
    ds.SoftwareVersions, ds.ProtocolName = "v1.2", "Thorax routine"
    ds.ReconstructionDiameter, ds.DistanceSourceToDetector = 380, 1040
    ds.DistanceSourceToPatient, ds.GantryDetectorTilt, ds.TableHeight = 570, 0, 150
    ds.RotationDirection, ds.ExposureTime, ds.XRayTubeCurrent = "CW", 500, 240
    ds.Exposure, ds.FilterType, ds.GeneratorPower = 120, "WEDGE", 60
    ds.FocalSpots, ds.ConvolutionKernel, ds.PatientPosition = 1.2, "B30f", "FFS"
    ds.AcquisitionNumber, ds.InstanceNumber = 1, index + 1
    ds.ImagePositionPatient = [-190.0, -190.0, float(index)]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.FrameOfReferenceUID, ds.SliceLocation = f"{ROOT}.4.1", float(index)
    reference = Dataset()
    reference.ReferencedSOPClassUID = CTImageStorage
    reference.ReferencedSOPInstanceUID = f"{ROOT}.5.1"
    ds.ReferencedImageSequence = [reference]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows = ds.Columns = side
    ds.PixelSpacing, ds.BitsAllocated, ds.BitsStored = [0.742, 0.742], 16, 12
    ds.HighBit, ds.PixelRepresentation = 11, 0
    ds.RescaleIntercept, ds.RescaleSlope = -1024, 1
    ds.WindowCenter, ds.WindowWidth = [40, -600], [400, 1500]


def many_studies(folder: Path, count: int) -> None:
    """Write `count` studies of one tiny instance each, over 2,000 days and 10 modalities."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, ds in enumerate(_tiny_studies(count)):
        part = folder / f"{number // 5000:02d}"
        part.mkdir(exist_ok=True)
        path = part / f"{number:06d}.dcm"
        if not path.exists():
            write(ds, path)


def _tiny_studies(count: int) -> Iterator[Dataset]:
    days = np.arange("2021-01-01", "2026-06-24", dtype="datetime64[D]")
    for number in range(count):
        uid = f"{ROOT}.7.{number + 1}"
        ds = _base(uid, f"{uid}.1", f"{uid}.1.1", SecondaryCaptureImageStorage)
        ds.PatientName = f"{FAMILIES[number % 8]}{number // 8:05d}^Alex{number % 97}"
        ds.PatientID, ds.AccessionNumber = f"P{number // 2:06d}", f"A{number:07d}"
        ds.StudyDate = str(days[(number * 7919) % len(days)]).replace("-", "")
        ds.Modality = MODALITIES[number % 10]
        ds.StudyDescription = f"{ds.Modality} study {number % 13}"
        ds.InstanceNumber, ds.ConversionType = 1, "WSD"
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.Rows = ds.Columns = 8
        ds.BitsAllocated = ds.BitsStored = 8
        ds.HighBit, ds.PixelRepresentation = 7, 0
        ds.PixelData = bytes(64)
        yield ds
