"""Which abstract syntaxes this archive serves (docs/conformance.md lists them)."""

from functools import lru_cache
from typing import Final

from pydicom.uid import UID_dictionary

from dicomkit.part10 import is_valid_uid

VERIFICATION: Final = "1.2.840.10008.1.1"  # PS3.4 A.4
# Query/Retrieve, PS3.4 C.6.1.3 and C.6.2.3
PATIENT_ROOT_FIND: Final = "1.2.840.10008.5.1.4.1.2.1.1"
PATIENT_ROOT_MOVE: Final = "1.2.840.10008.5.1.4.1.2.1.2"
PATIENT_ROOT_GET: Final = "1.2.840.10008.5.1.4.1.2.1.3"
STUDY_ROOT_FIND: Final = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_ROOT_MOVE: Final = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_ROOT_GET: Final = "1.2.840.10008.5.1.4.1.2.2.3"

FIND: Final = frozenset({PATIENT_ROOT_FIND, STUDY_ROOT_FIND})
MOVE: Final = frozenset({PATIENT_ROOT_MOVE, STUDY_ROOT_MOVE})
GET: Final = frozenset({PATIENT_ROOT_GET, STUDY_ROOT_GET})
PATIENT_ROOT: Final = frozenset({PATIENT_ROOT_FIND, PATIENT_ROOT_MOVE, PATIENT_ROOT_GET})

_DICOM_ROOT: Final = "1.2.840.10008."
_MEDIA_STORAGE_DIRECTORY: Final = "1.2.840.10008.1.3.10"  # a DICOMDIR is never sent (PS3.4 I)
_STORAGE_COMMITMENT: Final = "1.2.840.10008.1.20."  # PS3.4 J


@lru_cache(maxsize=1024)
def is_storage(uid: str) -> bool:
    """Say whether an abstract syntax is one to store objects by.

    Every private UID is, and every standard one that is newer than our dictionary; of the
    known standard ones those that are called Storage.

    References: PS3.4 B.5, PS3.6 table A-1.
    """
    if not is_valid_uid(uid) or uid.startswith((_MEDIA_STORAGE_DIRECTORY, _STORAGE_COMMITMENT)):
        return False
    known = UID_dictionary.get(uid)
    if known is None:
        return uid.startswith("1.2.840.10008.5.1.4.") or not uid.startswith(_DICOM_ROOT)
    name, kind = known[0], known[1]
    return kind == "SOP Class" and ("Storage" in name or not name)
