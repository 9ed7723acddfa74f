"""Part 10 objects made by hand, byte by byte, so that no library stands between test and wire."""

import struct
from collections.abc import Mapping
from typing import Any

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
SC_IMAGE = "1.2.840.10008.5.1.4.1.1.7"
MULTIFRAME_SC_WORD = "1.2.840.10008.5.1.4.1.1.7.3"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
ROOT = "1.2.826.0.1.3680043.10.1999"

_LONG = {"OB", "OW", "OF", "OD", "OL", "SQ", "UC", "UN", "UR", "UT"}
_VRS = {
    0x00080005: "CS",
    0x00080016: "UI",
    0x00080018: "UI",
    0x00080020: "DA",
    0x00080021: "DA",
    0x00080023: "DA",
    0x00080030: "TM",
    0x00080031: "TM",
    0x00080033: "TM",
    0x00080050: "SH",
    0x00080060: "CS",
    0x00080070: "LO",
    0x00080080: "LO",
    0x00080090: "PN",
    0x00080201: "SH",
    0x00081010: "SH",
    0x00081030: "LO",
    0x0008103E: "LO",
    0x00081050: "PN",
    0x00081070: "PN",
    0x00081090: "LO",
    0x00100010: "PN",
    0x00100020: "LO",
    0x00100021: "LO",
    0x00100030: "DA",
    0x00100040: "CS",
    0x00101010: "AS",
    0x00180015: "CS",
    0x00181030: "LO",
    0x0020000D: "UI",
    0x0020000E: "UI",
    0x00200010: "SH",
    0x00200011: "IS",
    0x00200013: "IS",
    0x00200052: "UI",
    0x00200060: "CS",
    0x00280002: "US",
    0x00280004: "CS",
    0x00280008: "IS",
    0x00280010: "US",
    0x00280011: "US",
    0x00280100: "US",
    0x00280101: "US",
    0x00280102: "US",
    0x00280103: "US",
    0x00281052: "DS",
    0x00281053: "DS",
    0x00400007: "LO",
    0x00400009: "SH",
    0x00400244: "DA",
    0x00400245: "TM",
    0x00400275: "SQ",
    0x00401001: "SH",
}


def element(tag: int, value: bytes, vr: str) -> bytes:
    """Return one data element, explicit VR little endian, padded to even length."""
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr in _LONG:
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def sequence(tag: int, items: list[Mapping[int, Any]]) -> bytes:
    """Return a sequence with items of explicit length."""
    body = b"".join(
        struct.pack("<HHI", 0xFFFE, 0xE000, len(data)) + data
        for data in (elements(item) for item in items)
    )
    return element(tag, body, "SQ")


def elements(values: Mapping[int, Any], codec: str = "utf-8") -> bytes:
    """Return a data set; text, numbers, raw bytes or items of a sequence by tag."""
    parts = []
    for tag in sorted(values):
        value, vr = values[tag], _VRS[tag]
        if value is None:
            continue
        if vr == "SQ":
            parts.append(sequence(tag, value))
        elif vr == "US":
            parts.append(element(tag, struct.pack("<H", value), vr))
        else:
            raw = value if isinstance(value, bytes) else str(value).encode(codec)
            parts.append(element(tag, raw, vr))
    return b"".join(parts)


def file_meta(sop_class: str, sop_instance: str, transfer_syntax: str = EXPLICIT_LITTLE) -> bytes:
    """Return preamble and File Meta Information."""
    body = (
        element(0x00020001, b"\0\1", "OB")
        + element(0x00020002, sop_class.encode(), "UI")
        + element(0x00020003, sop_instance.encode(), "UI")
        + element(0x00020010, transfer_syntax.encode(), "UI")
        + element(0x00020012, f"{ROOT}.0".encode(), "UI")
    )
    return bytes(128) + b"DICM" + element(0x00020000, struct.pack("<I", len(body)), "UL") + body


def ct_values(
    *, patient: int = 1, study: int = 1, series: int = 1, instance: int = 1
) -> dict[int, Any]:
    """Return the data set of a CT slice; the numbers choose patient, study, series, instance."""
    return {
        0x00080005: "ISO_IR 192",
        0x00080016: CT_IMAGE,
        0x00080018: f"{ROOT}.{patient}.{study}.{series}.{instance}",
        0x00080020: f"2026{1 + study % 12:02}{1 + study % 28:02}",
        0x00080021: f"2026{1 + study % 12:02}{1 + study % 28:02}",
        0x00080030: f"{study % 24:02}1530",
        0x00080050: f"A{study:06}",
        0x00080060: "CT",
        0x00080070: "Acme",
        0x00080080: "General Hospital",
        0x00080090: "Referring^Rita",
        0x00081030: f"Chest study {study}",
        0x0008103E: f"Series {series}",
        0x00100010: f"Patient{patient}^Paula",
        0x00100020: f"P{patient:05}",
        0x00100030: "19700215",
        0x00100040: "F",
        0x00180015: "CHEST",
        0x0020000D: f"{ROOT}.{patient}.{study}",
        0x0020000E: f"{ROOT}.{patient}.{study}.{series}",
        0x00200010: f"S{study}",
        0x00200011: series,
        0x00200013: instance,
        0x00280002: 1,
        0x00280004: "MONOCHROME2",
        0x00280010: 4,
        0x00280011: 4,
        0x00280100: 16,
        0x00280101: 12,
        0x00280102: 11,
        0x00280103: 0,
    }


def part10(
    values: Mapping[int, Any],
    pixels: bytes | None = None,
    *,
    transfer_syntax: str = EXPLICIT_LITTLE,
    codec: str = "utf-8",
) -> bytes:
    """Return a Part 10 file of these values; `pixels` are 16 bit words unless None."""
    body = elements(values, codec)
    if pixels is not None:
        body += element(0x7FE00010, pixels, "OW")
    meta = file_meta(
        str(values.get(0x00080016) or CT_IMAGE), str(values.get(0x00080018) or ""), transfer_syntax
    )
    return meta + body


def ct_file(
    *,
    patient: int = 1,
    study: int = 1,
    series: int = 1,
    instance: int = 1,
    pixels: bytes | None = bytes(32),
    changes: Mapping[int, Any] | None = None,
) -> bytes:
    """Return a small CT slice as a Part 10 file; `changes` by tag, None removes an element."""
    values = ct_values(patient=patient, study=study, series=series, instance=instance)
    values.update(changes or {})
    return part10(values, pixels)
