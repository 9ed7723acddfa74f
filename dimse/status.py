"""DIMSE status codes, each with the section that defines it.

References: PS3.7 annex C; PS3.4 B.2.3 (Storage), C.4.1.1.4 (C-FIND), C.4.2.1.5 (C-MOVE),
C.4.3.1.4 (C-GET).
"""

from enum import IntEnum


class General(IntEnum):
    """Codes of every DIMSE service (PS3.7 annex C)."""

    SUCCESS = 0x0000  # PS3.7 C.1.1
    CANCEL = 0xFE00  # PS3.7 C.3.1
    PROCESSING_FAILURE = 0x0110  # PS3.7 C.5.8
    INVALID_SOP_INSTANCE = 0x0117  # PS3.7 C.5.5: the UID breaks the rules for UIDs
    SOP_CLASS_NOT_SUPPORTED = 0x0122  # PS3.7 C.5.6
    NOT_AUTHORIZED = 0x0124  # PS3.7 C.5.20
    UNRECOGNIZED_OPERATION = 0x0211  # PS3.7 C.5.23


class Storage(IntEnum):
    """C-STORE (PS3.4 table B.2-1)."""

    SUCCESS = 0x0000
    OUT_OF_RESOURCES = 0xA700
    DATA_SET_DOES_NOT_MATCH_SOP_CLASS = 0xA900
    CANNOT_UNDERSTAND = 0xC000
    # C000 to CFFF are all "cannot understand"; the low bits are ours and stand in
    # docs/conformance.md.
    IDENTITY_MISSING = 0xC001  # no usable SOP, series or study instance UID
    LIMIT_EXCEEDED = 0xC002  # nesting, element count, inflated size
    CONTENT_CONFLICT = 0xC003  # kept in quarantine: same UID, other content


class Find(IntEnum):
    """C-FIND (PS3.4 table C.4-1)."""

    SUCCESS = 0x0000
    OUT_OF_RESOURCES = 0xA700
    IDENTIFIER_DOES_NOT_MATCH_SOP_CLASS = 0xA900
    UNABLE_TO_PROCESS = 0xC000
    CANCEL = 0xFE00
    PENDING = 0xFF00
    PENDING_OPTIONAL_KEYS_UNSUPPORTED = 0xFF01


class Retrieve(IntEnum):
    """C-MOVE and C-GET (PS3.4 tables C.4-2 and C.4-3)."""

    SUCCESS = 0x0000
    OUT_OF_RESOURCES_MATCHES = 0xA701
    OUT_OF_RESOURCES_SUB_OPERATIONS = 0xA702
    MOVE_DESTINATION_UNKNOWN = 0xA801
    IDENTIFIER_DOES_NOT_MATCH_SOP_CLASS = 0xA900
    SUB_OPERATIONS_WITH_FAILURES = 0xB000
    UNABLE_TO_PROCESS = 0xC000
    CANCEL = 0xFE00
    PENDING = 0xFF00


def is_success_or_warning(status: int) -> bool:
    """Say whether a C-STORE with this status has stored the instance (PS3.7 C.1.1 and C.2).

    Warnings are 0001, 0107, 0116 and Bxxx.
    """
    return status in {0x0000, 0x0001, 0x0107, 0x0116} or status >> 12 == 0xB
