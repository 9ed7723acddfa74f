"""The real DICOM files of ../shared/data: where they are, what is known of each, what to expect.

They are not part of this repository. A test that needs them carries ``@pytest.mark.corpus`` and
calls `corpus_files` (or uses `require_corpus`), which skips with a reason where they are not.
``NOCTIS_CORPUS`` may name a folder in which they lie unpacked already.
"""

import csv
import hashlib
import os
import subprocess
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import UID_dictionary

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

# Files that are no storable objects, and the reason for which the archive refuses them.
REFUSED = {
    "files/pydicom-data/HTJ2KLossless_08_RGB.dcm": "missing-study-instance-uid",
    "files/pydicom-data/HTJ2K_08_RGB.dcm": "missing-study-instance-uid",
    "files/pydicom-data/JLSL_08_07_0_1F.dcm": "missing-study-instance-uid",
    "files/pydicom-data/JLSL_16_15_1_1F.dcm": "missing-study-instance-uid",
    "files/pydicom-data/JLSL_RGB_ILV0.dcm": "missing-sop-instance-uid",
    "files/pydicom-data/JLSL_RGB_ILV1.dcm": "missing-sop-instance-uid",
    "files/pydicom-data/JLSL_RGB_ILV2.dcm": "missing-sop-instance-uid",
    "files/pydicom-data/JLSN_RGB_ILV0.dcm": "missing-sop-instance-uid",
    "files/pydicom-data/bad_sequence.dcm": "invalid-sop-instance-uid",
    "files/pydicom/JPEGLSNearLossless_08.dcm": "missing-study-instance-uid",
    "files/pydicom/JPEGLSNearLossless_16.dcm": "missing-study-instance-uid",
    "files/pydicom/SC_rgb_jls_lossy_line.dcm": "missing-study-instance-uid",
    "files/pydicom/SC_rgb_jls_lossy_sample.dcm": "missing-study-instance-uid",
    "files/pydicom/UN_sequence.dcm": "missing-sop-class-uid",
    "files/pydicom/charset/chrSQEncoding.dcm": "missing-sop-class-uid",
    "files/pydicom/charset/chrSQEncoding1.dcm": "missing-sop-class-uid",
    "files/pydicom/empty_charset_LEI.dcm": "missing-sop-class-uid",
    "files/pydicom/meta_missing_tsyntax.dcm": "missing-sop-class-uid",
    "files/pydicom/nested_priv_SQ.dcm": "missing-sop-class-uid",
    "files/pydicom/no_meta_group_length.dcm": "missing-sop-class-uid",
    "files/pydicom/priv_SQ.dcm": "missing-sop-class-uid",
    "files/weasis-gsps/NeurosurgeryPlan.dcm": "missing-study-instance-uid",
    # A name of seven bytes under a length of six: what follows is no element.
    "synthetic/charset/utf8_bytes_undeclared.dcm": "truncated",
    "synthetic/malformed/empty.dcm": "empty",
    "synthetic/malformed/empty_study_series_uid.dcm": "missing-study-instance-uid",
    "synthetic/malformed/no_sop_instance_uid.dcm": "missing-sop-instance-uid",
    "synthetic/malformed/no_study_uid.dcm": "missing-study-instance-uid",
    "synthetic/malformed/only_preamble.dcm": "empty",
    "synthetic/malformed/png_renamed.dcm": "not-dicom",
    "synthetic/malformed/random_after_magic.dcm": "not-dicom",
    "synthetic/malformed/truncated_header.dcm": "truncated",
    "synthetic/malformed/uid_too_long.dcm": "invalid-sop-instance-uid",
    "synthetic/malformed/wrong_transfer_syntax.dcm": "transfer-syntax",
    "synthetic/security/uid_bad_chars.dcm": "invalid-series-instance-uid",
    **{
        f"files/pydicom/dicomdirtests/{name}": "dicomdir"
        for name in (
            "DICOMDIR",
            "DICOMDIR-bigEnd",
            "DICOMDIR-empty.dcm",
            "DICOMDIR-implicit",
            "DICOMDIR-nooffset",
            "DICOMDIR-nopatient",
            "DICOMDIR-reordered",
            "TINY_ALPHA/DICOMDIR",
        )
    },
    **{
        f"studies/ct-headphantom-philips-1mm/{folder}/DIRFILE": "dicomdir"
        for folder in ("S1000", "S2020", "S4010")
    },
}
# Files whose pixel data ends before its end: kept aside.
TRUNCATED = frozenset(
    {
        "files/pydicom-data/emri_small_jpeg_2k_lossless_too_short.dcm",
        "files/pydicom/MR_truncated.dcm",
        "synthetic/malformed/truncated_pixeldata.dcm",
    }
)
_SYNTAX_UIDS = {entry[0]: uid for uid, entry in UID_dictionary.items()}


@dataclass(frozen=True)
class CorpusFile:
    """One file: its row of inventory.csv."""

    name: str
    path: Path
    modality: str
    sop_class: str
    transfer_syntax: str
    character_set: str
    features: str
    decodes: str
    size: int
    sha256: str
    identity: "Identity" = field(repr=False)

    @property
    def is_valid(self) -> bool:
        """Whether an archive must store it."""
        return self.name not in REFUSED and self.name not in TRUNCATED

    @property
    def transfer_syntax_uid(self) -> str:
        """UID of the transfer syntax; that of implicit little endian where none is stated."""
        name = self.transfer_syntax or "Implicit VR Little Endian"
        return _SYNTAX_UIDS.get(name, name)

    def read(self) -> bytes:
        """Return the bytes."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class Identity:
    """The UIDs and the patient that a file states, as pydicom reads them; empty as far as not."""

    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    patient_id: str = ""


def corpus_root() -> Path | None:
    """Return the folder of the unpacked files, unpacking them once on this machine; None: absent.

    An archive of files that is there but cannot be unpacked is an error, not an absence.
    """
    if folder := os.environ.get("NOCTIS_CORPUS"):
        return Path(folder)
    if not (SHARED / "unpack").is_file():
        return None
    done = subprocess.run([SHARED / "unpack"], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip().splitlines()[-1])


def require_corpus() -> Path:
    """Return the folder of the files; skip the test where they are not."""
    root = corpus_root()
    if root is None:
        pytest.skip(f"the real DICOM files are not here ({SHARED})")
    return root


def corpus_files() -> list[CorpusFile]:
    """Return every file; skip the test where they are not."""
    return list(_files(require_corpus()))


@lru_cache(maxsize=1)
def _files(root: Path) -> tuple[CorpusFile, ...]:
    with (root / "inventory.csv").open(newline="", encoding="utf-8") as table:
        rows = {row["path"].removeprefix("public/"): row for row in csv.DictReader(table)}
    # The table also lists what could not be passed on.
    return tuple(_file(root, name, row) for name, row in rows.items() if (root / name).is_file())


def _file(root: Path, name: str, row: dict[str, str]) -> CorpusFile:
    return CorpusFile(
        name=name,
        path=root / name,
        modality=row["modality"],
        sop_class=row["sop_class"],
        transfer_syntax=row["transfer_syntax"],
        character_set=row["charset"],
        features=row["features"],
        decodes=row["pydicom_decode"],
        size=int(row["size"]),
        sha256=row["sha256"],
        identity=_identity(root / name),
    )


_KEYWORDS = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "PatientID",
)


def _identity(path: Path) -> Identity:
    try:
        with warnings.catch_warnings(action="ignore"):
            ds = pydicom.dcmread(
                path, force=True, stop_before_pixels=True, specific_tags=list(_KEYWORDS)
            )
            return Identity(*(str(ds.get(keyword) or "") for keyword in _KEYWORDS))
    except Exception:  # whatever a damaged file does to pydicom
        return Identity()


def rounds(files: Iterable[CorpusFile]) -> list[list[CorpusFile]]:
    """Split files so that no two of a round are in conflict with each other.

    Several encodings of one object carry one SOP Instance UID, and some objects of one study name
    another patient. An archive of one facility keeps the second of such aside, so each round is
    meant for a facility of its own.
    """
    made: list[_Round] = []
    for file in files:
        fitting = next((one for one in made if one.takes(file)), None)
        if fitting is None:
            made.append(fitting := _Round())
        fitting.add(file)
    return [one.files for one in made]


class _Round:
    def __init__(self) -> None:
        self.files: list[CorpusFile] = []
        self._instances: dict[str, str] = {}
        self._patients: dict[str, str] = {}

    def takes(self, file: CorpusFile) -> bool:
        who = file.identity
        same_instance = self._instances.get(who.sop_instance_uid, file.sha256) == file.sha256
        patient = self._patients.get(who.study_instance_uid, who.patient_id)
        return not who.sop_instance_uid or (same_instance and patient == who.patient_id)

    def add(self, file: CorpusFile) -> None:
        self.files.append(file)
        self._instances[file.identity.sop_instance_uid] = file.sha256
        self._patients[file.identity.study_instance_uid] = file.identity.patient_id


def data_set_of(data: bytes) -> bytes:
    """Return what follows File Meta Information in a Part 10 file that has its group length."""
    assert data[128:132] == b"DICM" and data[136:138] == b"UL", "no plain Part 10 file"
    return data[144 + int.from_bytes(data[140:144], "little") :]


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
