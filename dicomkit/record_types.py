"""Which directory record stands for an object of which SOP class.

References: PS3.3 table F.4-1 (relationship between directory records), F.5; PS3.4 B.5, I.4.
"""

from typing import Final

IMAGE: Final = "IMAGE"
PRIVATE: Final = "PRIVATE"
_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."

# Ends of UIDs below Storage; what is not here has pixels and is an IMAGE, or has a PRIVATE record.
_ENDS: Final[dict[str, str]] = {
    "RT DOSE": "481.2",
    "RT STRUCTURE SET": "481.3",
    "RT PLAN": "481.5 481.8",
    "RT TREAT RECORD": "481.4 481.6 481.7 481.9",
    "RADIOTHERAPY": "481.10 481.11 481.12 481.13 481.14 481.15 481.16 481.17 481.18 481.19 481.20"
    " 481.21 481.22 481.25",
    "PRESENTATION": "11.1 11.2 11.3 11.4 11.5 11.6 11.7 11.8 131",
    "WAVEFORM": "9.1.1 9.1.2 9.1.3 9.1.4 9.2.1 9.3.1 9.4.1 9.4.2 9.5.1 9.6.1 9.6.2 9.7.1 9.7.2"
    " 9.7.3 9.7.4 9.8.1",
    "SR DOCUMENT": "88.11 88.22 88.33 88.34 88.35 88.40 88.50 88.65 88.67 88.68 88.69 88.70 88.71"
    " 88.72 88.73 88.74 88.75 88.76 78.6 79.1",
    "KEY OBJECT DOC": "88.59",
    "SPECTROSCOPY": "4.2",
    "RAW DATA": "66",
    "REGISTRATION": "66.1 66.3",
    "FIDUCIAL": "66.2",
    "ENCAP DOC": "104.1 104.2 104.3 104.4 104.5",
    "VALUE MAP": "67",
    "STEREOMETRIC": "77.1.5.3",
    "MEASUREMENT": "78.1 78.2 78.3 78.4 78.5 78.7 78.8 80.1",
    "SURFACE": "66.5",
    "SURFACE SCAN": "68.1 68.2",
    "TRACT": "66.6",
    "ASSESSMENT": "90.1",
    "ANNOTATION": "91.1",
}
_KINDS: Final = {f"{_STORAGE}{end}": kind for kind, ends in _ENDS.items() for end in ends.split()}

# How the names of files begin, of those that are no images.
_PREFIXES: Final = {
    "RT DOSE": "RD",
    "RT STRUCTURE SET": "RS",
    "RT PLAN": "RP",
    "RT TREAT RECORD": "RX",
    "RADIOTHERAPY": "RT",
    "PRESENTATION": "PR",
    "WAVEFORM": "WV",
    "SR DOCUMENT": "SR",
    "KEY OBJECT DOC": "KO",
    "ENCAP DOC": "ED",
    IMAGE: "IM",
}


def record_type_of(sop_class_uid: str, *, has_pixels: bool) -> str:
    """Return the type of the directory record of an object.

    PRIVATE is left for what has no pixels and no record of its own in the standard.
    """
    return _KINDS.get(sop_class_uid, IMAGE if has_pixels else PRIVATE)


def prefix_of(record_type: str) -> str:
    """Return the two letters with which the name of a file begins."""
    return _PREFIXES.get(record_type, "OB")
