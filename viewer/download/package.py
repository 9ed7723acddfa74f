"""All that is in the ZIP of a study, in the order in which it is sent."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from pydicom.uid import generate_uid

from archive.models import Study
from viewer.download.file_set import SeriesMembers, dicomdir, entry_of
from viewer.download.zipping import Entry

DICOMDIR: Final = "DICOMDIR"
README: Final = "README.TXT"
# For whoever finds the file, years later and without NOCTIS. No patient is named here: the text
# is the first thing that is opened, copied and sent on.
_TEXT: Final = """\
IMAGES OF ONE EXAMINATION, IN DICOM FORMAT

DICOMDIR is the table of contents. Open it, or this whole folder, with a DICOM
viewer; a hospital's system imports it in the same way. Unpack the ZIP first.

DICOM\\   the objects ({objects} in {series} series), as the archive gives them out.
         Pictures keep the compression in which they came.

Written on {moment:%Y-%m-%d %H:%M} ({moment:%Z}) by NOCTIS. There is no viewer in here.

The objects name the patient. Keep them as you keep a medical record.
NOCTIS is not a certified medical device.
"""


def package_of(study: Study, content: Sequence[SeriesMembers], moment: datetime) -> list[Entry]:
    """Return the files of a study's ZIP; nothing but the DICOMDIR is in memory.

    Raises
    ------
    ObjectMissingError
        A file of the study is not there, or not whole.
    """
    files = [entry_of(member) for one in content for member in one.members]
    directory = dicomdir(study, content, generate_uid(prefix=None))
    text = _TEXT.format(objects=len(files), series=len(content), moment=moment)
    return [
        _in_memory(DICOMDIR, directory),
        _in_memory(README, text.replace("\n", "\r\n").encode()),
        *files,
    ]


def _in_memory(name: str, data: bytes) -> Entry:
    def chunks() -> Iterator[bytes]:
        yield data

    return Entry(name, len(data), chunks)
