"""The 128 bytes before the magic of a Part 10 file, which DICOM itself does not use."""

from typing import Final

PREAMBLE_BYTES: Final = 128  # PS3.10 7.1
_TIFF_MAGICS: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # TIFF and BigTIFF, either order


def safe_head(head: bytes) -> bytes:
    """Return the beginning of a file with a preamble that no program would run or render.

    A preamble may make the file an executable or a page at once (CVE-2019-11687); only that of
    a TIFF, for which the standard keeps it free, is left as it is. The archive keeps the bytes
    it was given; this is for what leaves it.

    References: PS3.10 7.1 (DICOM File Meta Information), PS3.15 (File Preamble concerns).
    """
    if head[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] != b"DICM" or head.startswith(_TIFF_MAGICS):
        return head
    return bytes(PREAMBLE_BYTES) + head[PREAMBLE_BYTES:]
