"""Transfer syntaxes, and which codec each asks for (PS3.5 annex A)."""

from enum import Enum
from typing import Final

IMPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"
ENCAPSULATED_UNCOMPRESSED: Final = "1.2.840.10008.1.2.1.98"
DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1.99"
EXPLICIT_VR_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
GE_PRIVATE_IMPLICIT_BIG_ENDIAN_PIXELS: Final = "1.2.840.113619.5.2"
JPEG_BASELINE: Final = "1.2.840.10008.1.2.4.50"
JPEG_2000_LOSSLESS: Final = "1.2.840.10008.1.2.4.90"
JPEG_LS_LOSSLESS: Final = "1.2.840.10008.1.2.4.80"
RLE_LOSSLESS: Final = "1.2.840.10008.1.2.5"
DEFLATED_IMAGE_FRAME: Final = "1.2.840.10008.1.2.8.1"


class Codec(Enum):
    """The family of codestreams that the fragments of a transfer syntax hold."""

    NATIVE = "native"
    JPEG = "jpeg"
    JPEG_LS = "jpeg-ls"
    JPEG_2000 = "jpeg-2000"
    HTJ2K = "htj2k"  # lossless only; 1.2.840.10008.1.2.4.203 goes with JPEG_2000
    JPEG_XL = "jpeg-xl"
    RLE = "rle"
    DEFLATED_FRAME = "deflated-frame"
    VIDEO = "video"
    UNKNOWN = "unknown"


_JPEG: Final = "1.2.840.10008.1.2.4."
_CODECS: Final = {
    IMPLICIT_VR_LITTLE_ENDIAN: Codec.NATIVE,
    EXPLICIT_VR_LITTLE_ENDIAN: Codec.NATIVE,
    ENCAPSULATED_UNCOMPRESSED: Codec.NATIVE,
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN: Codec.NATIVE,
    EXPLICIT_VR_BIG_ENDIAN: Codec.NATIVE,
    GE_PRIVATE_IMPLICIT_BIG_ENDIAN_PIXELS: Codec.NATIVE,
    RLE_LOSSLESS: Codec.RLE,
    DEFLATED_IMAGE_FRAME: Codec.DEFLATED_FRAME,
    **{f"{_JPEG}{number}": Codec.JPEG for number in range(50, 71)},
    **{f"{_JPEG}{number}": Codec.JPEG_LS for number in (80, 81)},
    **{f"{_JPEG}{number}": Codec.JPEG_2000 for number in (90, 91, 92, 93, 203)},
    **{f"{_JPEG}{number}": Codec.HTJ2K for number in (201, 202)},
    **{f"{_JPEG}{number}": Codec.JPEG_XL for number in (110, 111, 112)},
    **{f"{_JPEG}{number}": Codec.VIDEO for number in range(100, 109)},
    **{f"{_JPEG}{number}.1": Codec.VIDEO for number in range(100, 107)},
    **{f"1.2.840.10008.1.2.7.{number}": Codec.VIDEO for number in (1, 2, 3)},
}
DEFLATED_DATA_SETS: Final = frozenset(
    {
        DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
        f"{_JPEG}95",  # JPIP Referenced Deflate
        f"{_JPEG}205",  # JPIP HTJ2K Referenced Deflate
    }
)
IMPLICIT_DATA_SETS: Final = frozenset(
    {IMPLICIT_VR_LITTLE_ENDIAN, GE_PRIVATE_IMPLICIT_BIG_ENDIAN_PIXELS}
)


def codec_of(transfer_syntax_uid: str) -> Codec:
    """Return the codec of a transfer syntax; ``UNKNOWN`` for private and future ones."""
    return _CODECS.get(transfer_syntax_uid, Codec.UNKNOWN)
