"""What becomes of the real files: for each SOP class and transfer syntax stored, found, retrieved
bit for bit, displayed.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE

from dicomkit.errors import DicomkitError
from dicomkit.frames import index_frames, read_frame
from dicomkit.part10 import read_header
from dicomkit.pixels import FrameContext, can_decode, decode_frame
from tests.corpus import CorpusFile, digest
from tests.corpus_doors import parts_of
from tests.corpus_site import DOORS, Site
from tests.reference_pixels import NoReferenceError, reference_frames, tolerance

STUDY_ROOT = "1.2.840.10008.5.1.4.1.2.2.1"
# Of a series so many are decoded; the others are like them.
_SAMPLES = 3
_HEAD = """\
| SOP class | transfer syntax | files | stored | found | retrieved | displayed |
|---|---|---|---|---|---|---|
"""


@dataclass
class _Row:
    files: int = 0
    stored: int = 0
    found: int = 0
    retrieved: int = 0
    shown: list[str] = field(default_factory=list)

    def cells(self) -> list[str]:
        counts = [self._of(count) for count in (self.stored, self.found, self.retrieved)]
        return [str(self.files), *counts, self._displayed()]

    def _of(self, count: int) -> str:
        return "all" if count == self.files else f"{count} of {self.files}"

    def _displayed(self) -> str:
        kinds = {kind: self.shown.count(kind) for kind in sorted(set(self.shown))}
        if len(kinds) == 1:
            return next(iter(kinds))
        return ", ".join(f"{count}: {kind}" for kind, count in kinds.items())


def measure(site: Site) -> str:
    """Return the table as Markdown."""
    rows: dict[tuple[str, str], _Row] = defaultdict(_Row)
    decoded: dict[tuple[str, ...], int] = defaultdict(int)
    for number, files in enumerate(site.rounds):
        stored = [set(site.contents.of(site.facility(door, number))) for door in DOORS]
        found = _found_by_qido(site, number, files) & _found_by_c_find(site, number, files)
        retrieved = _retrieved(site, number, files)
        for file in files:
            uid = file.identity.sop_instance_uid
            with file.path.open("rb") as stream:
                syntax = read_header(stream).transfer_syntax_uid
            kind = _name(file.identity.sop_class_uid), _name(syntax)
            row, series = rows[kind], (*kind, file.identity.series_instance_uid)
            row.files += 1
            row.stored += all(uid in uids for uids in stored)
            row.found += uid in found
            row.retrieved += file.sha256 in retrieved
            decoded[series] += 1
            if decoded[series] <= _SAMPLES:
                row.shown.append(displayed(file))
    return _HEAD + "".join(
        f"| {' | '.join([*key, *row.cells()])} |\n" for key, row in sorted(rows.items())
    )


def _name(uid: str) -> str:
    """Return the name of a UID, without what repeats in every row."""
    name = UID(uid).name if UID(uid).name != uid else f"`{uid}`"
    for words in (" Image Storage", " Storage", ", Non-Hierarchical", ", First-Order Prediction"):
        name = name.replace(words, "")
    return name


def _series(files: list[CorpusFile]) -> set[tuple[str, str]]:
    return {(f.identity.study_instance_uid, f.identity.series_instance_uid) for f in files}


def _found_by_qido(site: Site, number: int, files: list[CorpusFile]) -> set[str]:
    http = site.server.session(site.tokens[f"member{number}"])
    found = set()
    for study, series in _series(files):
        url = f"{site.server.url}/dicom-web/studies/{study}/series/{series}/instances"
        found |= {one["00080018"]["Value"][0] for one in http.get(url).json()}
    return found


def _found_by_c_find(site: Site, number: int, files: list[CorpusFile]) -> set[str]:
    ae = AE(f"R_{number}")
    ae.add_requested_context(STUDY_ROOT)
    association = ae.associate("127.0.0.1", site.server.dicom_port, ae_title="NOCTIS_PACS")
    found = set()
    for study, series in _series(files):
        wanted = Dataset()
        wanted.QueryRetrieveLevel, wanted.SOPInstanceUID = "IMAGE", ""
        wanted.StudyInstanceUID, wanted.SeriesInstanceUID = study, series
        answers = association.send_c_find(wanted, STUDY_ROOT)
        found |= {str(ds.SOPInstanceUID) for _, ds in answers if ds}
    association.release()
    return found


def _retrieved(site: Site, number: int, files: list[CorpusFile]) -> set[str]:
    """Return the digests of what WADO-RS gives of each study."""
    http = site.server.session(site.tokens[f"member{number}"])
    accept = 'multipart/related; type="application/dicom"; transfer-syntax=*'
    found = set()
    for study in {file.identity.study_instance_uid for file in files}:
        url = f"{site.server.url}/dicom-web/studies/{study}"
        answer = http.get(url, headers={"Accept": accept})
        found |= {digest(content) for _, content in parts_of(answer)}
    return found


def displayed(file: CorpusFile) -> str:
    """Say whether every frame decodes to what another decoder makes of it."""
    with file.path.open("rb") as stream:
        header = read_header(stream)
        if header.pixel_data is None:
            return "no pixels"
        if not can_decode(header.transfer_syntax_uid):
            return "not decoded"
        index = index_frames(stream, header)
        try:
            frames = [
                decode_frame(
                    read_frame(stream, index, n),
                    FrameContext.from_header(header, stream, frame=n),
                    header.transfer_syntax_uid,
                )
                for n in range(index.count)
            ]
        except DicomkitError as error:
            return f"no ({error.reason})"
    return _compared(file, frames) if frames else "no (no frames)"


def _compared(file: CorpusFile, frames: list[np.ndarray]) -> str:
    try:
        reference = list(reference_frames(file.path))
    except NoReferenceError:
        return "decodes; nobody to compare with"
    same = len(frames) == len(reference) and all(
        one.shape == other.shape
        and np.abs(one.astype(float) - other.astype(float)).max() <= tolerance(file.path)
        for one, other in zip(frames, reference, strict=True)
    )
    return "exact" if same and not tolerance(file.path) else "within 2" if same else "wrong"
