"""Which representation of an object or of its frames answers a request.

References: PS3.18 8.7.3 (DICOM media types and transfer syntaxes), tables 8.7.3-2, 8.7.3-4
(uncompressed bulk data) and 8.7.3-5 (compressed bulk data).
"""

from dataclasses import dataclass
from typing import Final

from dicomweb.media_types import ANY, MediaType
from dicomweb.problems import not_acceptable

IMPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"
# Transfer syntaxes whose frames are pixels as they are; in an answer always little endian.
NATIVE: Final = frozenset(
    {
        IMPLICIT_VR_LITTLE_ENDIAN,
        EXPLICIT_VR_LITTLE_ENDIAN,
        "1.2.840.10008.1.2.1.98",  # Encapsulated Uncompressed Explicit VR Little Endian
        "1.2.840.10008.1.2.1.99",  # Deflated Explicit VR Little Endian
        "1.2.840.10008.1.2.2",  # Explicit VR Big Endian
        "1.2.840.113619.5.2",  # GE private: implicit little endian with big endian pixels
    }
)
OCTET_STREAM: Final = "application/octet-stream"
# High-Throughput JPEG 2000, lossless, resolution by resolution: what frames are packed in for the
# way where the client asks for it. The beginning of such a frame is a small picture of it.
HTJ2K_RPCL: Final = "1.2.840.10008.1.2.4.202"
# Stored without loss, so that packing them anew loses nothing either.
PACKABLE: Final = NATIVE | {
    "1.2.840.10008.1.2.5",  # RLE
    "1.2.840.10008.1.2.4.57",  # JPEG Lossless, Process 14
    "1.2.840.10008.1.2.4.70",  # JPEG Lossless, first-order prediction
    "1.2.840.10008.1.2.4.80",  # JPEG-LS Lossless
    "1.2.840.10008.1.2.4.90",  # JPEG 2000 Lossless
    "1.2.840.10008.1.2.4.201",  # HTJ2K Lossless
}
DICOM: Final = "application/dicom"

_MEDIA_TYPES: Final = {
    "image/jpeg": ("1.2.840.10008.1.2.4.50", "51", "53", "55", "57", "70"),
    "image/dicom-rle": ("1.2.840.10008.1.2.5",),
    "image/jls": ("1.2.840.10008.1.2.4.80", "81"),
    "image/jp2": ("1.2.840.10008.1.2.4.90", "91"),
    "image/jpx": ("1.2.840.10008.1.2.4.92", "93"),
    "image/jphc": ("1.2.840.10008.1.2.4.201", "202", "203"),
    "image/jxl": ("1.2.840.10008.1.2.4.110", "111", "112"),
    "video/mpeg": ("1.2.840.10008.1.2.4.100", "101", "100.1", "101.1"),
    "video/mp4": (
        "1.2.840.10008.1.2.4.102",
        "103", "104", "105", "106", "107", "108",
        "102.1", "103.1", "104.1", "105.1", "106.1",
    ),
}  # fmt: skip
_JPEG_ROOT: Final = "1.2.840.10008.1.2.4."
_MEDIA_TYPE_OF: Final = {
    uid if uid.startswith("1.2.") else _JPEG_ROOT + uid: media_type
    for media_type, uids in _MEDIA_TYPES.items()
    for uid in uids
}
# Names under which older clients ask for the same.
_ALIASES: Final = {
    "image/x-jls": "image/jls",
    "image/x-dicom-rle": "image/dicom-rle",
    "video/mpeg2": "video/mpeg",
}


@dataclass(frozen=True, slots=True)
class Representation:
    """What is sent.

    Parameters
    ----------
    media_type : str
        Media type of the content, or of each part.
    transfer_syntax_uid : str
        Transfer syntax of the content.
    is_multipart : bool
        Whether the content comes in parts of ``multipart/related``.
    is_decoded : bool
        Whether frames that are stored compressed must be decoded for it.
    is_packed : bool
        Whether frames must be compressed for it, without loss.
    """

    media_type: str
    transfer_syntax_uid: str
    is_multipart: bool
    is_decoded: bool = False
    is_packed: bool = False

    @property
    def content_type(self) -> str:
        """Return the Content-Type of the content or of a part."""
        return f"{self.media_type}; transfer-syntax={self.transfer_syntax_uid}"


def media_type_of(transfer_syntax_uid: str) -> str:
    """Return the media type of frames as stored; ``application/octet-stream`` for the unknown."""
    return _MEDIA_TYPE_OF.get(transfer_syntax_uid, OCTET_STREAM)


def choose_frames(
    ranges: tuple[MediaType, ...], stored_uid: str, frame_count: int
) -> Representation:
    """Return how `frame_count` frames stored in `stored_uid` are sent.

    A range without ``transfer-syntax`` means the default of its media type: for octet streams,
    and where any type will do, that is pixels in little endian, which everybody can read. ``*``
    means as stored; then octet streams, too, may carry what is stored (this is what Cornerstone
    and OHIF ask for).

    Raises
    ------
    DicomWebError
        406 when the client takes nothing of what there is.
    """
    for media in ranges:
        if media.is_multipart or media.name == "*/*" or frame_count == 1:
            is_multipart = media.is_multipart or media.name == "*/*"
            if found := _frames_within(media, stored_uid, is_multipart):
                return found
    offers = f"{media_type_of(stored_uid)}; transfer-syntax={stored_uid}, {OCTET_STREAM}"
    raise not_acceptable(f"multipart/related of {offers}")


def _frames_within(media: MediaType, stored_uid: str, is_multipart: bool) -> Representation | None:
    wanted = media.transfer_syntax
    if wanted == HTJ2K_RPCL != stored_uid and stored_uid in PACKABLE:
        return _packed(media, is_multipart)
    if stored_uid in NATIVE:
        fits = wanted in {None, ANY, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN}
        if not (media.covers(OCTET_STREAM) and (fits or wanted == stored_uid)):
            return None
        return Representation(OCTET_STREAM, EXPLICIT_VR_LITTLE_ENDIAN, is_multipart)
    if _takes_stored(media, stored_uid):
        return Representation(media_type_of(stored_uid), stored_uid, is_multipart)
    decodable = wanted in {None, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN}
    if decodable and media.covers(OCTET_STREAM):
        return Representation(OCTET_STREAM, EXPLICIT_VR_LITTLE_ENDIAN, is_multipart, True)
    return None


def _packed(media: MediaType, is_multipart: bool) -> Representation | None:
    media_type = media_type_of(HTJ2K_RPCL)
    if not (media.covers(media_type) or media.covers(OCTET_STREAM)):
        return None
    return Representation(media_type, HTJ2K_RPCL, is_multipart, is_packed=True)


def _takes_stored(media: MediaType, stored_uid: str) -> bool:
    """Say whether the range takes frames as they are stored, compressed."""
    stored_type = media_type_of(stored_uid)
    asked = _ALIASES.get(media.content, media.content)
    names_type = asked == stored_type or media.covers(stored_type)
    if media.transfer_syntax is None:
        return names_type and asked not in {"*/*", "*", OCTET_STREAM}
    if media.transfer_syntax in {ANY, stored_uid}:
        return names_type or media.covers(OCTET_STREAM)
    return False


def choose_object(ranges: tuple[MediaType, ...], is_single: bool) -> tuple[str | None, bool]:
    """Return the transfer syntax asked for whole objects (None: as stored) and if in parts.

    Objects go out as they are stored unless a transfer syntax is named; `is_single` says that
    a bare ``application/dicom`` can answer.

    Raises
    ------
    DicomWebError
        406 when the client takes no ``application/dicom``.
    """
    for media in ranges:
        if not media.covers(DICOM):
            continue
        syntax = media.transfer_syntax
        named = None if syntax in {None, ANY} else syntax
        if media.is_multipart or media.name == "*/*":
            return named, True
        if is_single:
            return named, False
    raise not_acceptable('multipart/related; type="application/dicom"')
