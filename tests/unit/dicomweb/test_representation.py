"""Negotiation of frames and of whole objects."""

import pytest

from dicomweb.media_types import parse_accept
from dicomweb.problems import DicomWebError
from dicomweb.representation import (
    HTJ2K_RPCL,
    Representation,
    choose_frames,
    choose_object,
    media_type_of,
)

LE = "1.2.840.10008.1.2.1"
JLS = "1.2.840.10008.1.2.4.80"
RAW = Representation("application/octet-stream", LE, True)
DECODED = Representation("application/octet-stream", LE, True, is_decoded=True)
AS_STORED = Representation("image/jls", JLS, True)
OHIF = "multipart/related; type=application/octet-stream; transfer-syntax=*"


@pytest.mark.parametrize(
    ("accept", "native", "compressed"),
    [
        ("", RAW, DECODED),
        ("*/*", RAW, DECODED),
        ('multipart/related; type="*/*"', RAW, DECODED),
        (OHIF, RAW, AS_STORED),
        ('multipart/related; type="*/*"; transfer-syntax=*', RAW, AS_STORED),
        ('multipart/related; type="application/octet-stream"', RAW, DECODED),
        (f'multipart/related; type="application/octet-stream"; transfer-syntax={LE}', RAW, DECODED),
        ('multipart/related; type="image/jls"', None, AS_STORED),
        ('multipart/related; type="image/x-jls"', None, AS_STORED),
        (f'multipart/related; type="image/jls"; transfer-syntax={JLS}', None, AS_STORED),
        ('multipart/related; type="image/*"', None, AS_STORED),
        ('multipart/related; type="image/jp2"', None, None),
        ('multipart/related; type="image/jls"; transfer-syntax=1.2.840.10008.1.2.4.81', None, None),
        ('multipart/related; type="application/dicom"', None, None),
        (
            'multipart/related; type="image/jp2", multipart/related; type="image/jls";q=0.5, '
            'multipart/related; type="application/octet-stream";q=0.9',
            RAW,
            DECODED,
        ),
    ],
)
def test_frames(
    accept: str, native: Representation | None, compressed: Representation | None
) -> None:
    for stored, expected in ((LE, native), ("1.2.840.10008.1.2.2", native), (JLS, compressed)):
        if expected is None:
            with pytest.raises(DicomWebError) as caught:
                choose_frames(parse_accept(accept), stored, 2)
            assert caught.value.status == 406
        else:
            assert choose_frames(parse_accept(accept), stored, 2) == expected


PACKED = Representation("image/jphc", HTJ2K_RPCL, True, is_packed=True)
WANTS_PACKED = f'multipart/related; type="image/jphc"; transfer-syntax={HTJ2K_RPCL}'
LOSSY = "1.2.840.10008.1.2.4.50"


@pytest.mark.parametrize("stored", [LE, "1.2.840.10008.1.2.2", JLS, "1.2.840.10008.1.2.5"])
def test_what_is_stored_without_loss_is_packed_on_demand(stored: str) -> None:
    assert choose_frames(parse_accept(WANTS_PACKED), stored, 1) == PACKED
    octets = f'multipart/related; type="application/octet-stream"; transfer-syntax={HTJ2K_RPCL}'
    assert choose_frames(parse_accept(octets), stored, 1) == PACKED


def test_what_is_packed_already_and_what_lost_something_is_sent_as_it_is() -> None:
    both = parse_accept(f"{WANTS_PACKED}, {OHIF};q=0.9")
    stored = Representation("image/jphc", HTJ2K_RPCL, True)
    assert choose_frames(both, HTJ2K_RPCL, 1) == stored
    assert choose_frames(both, LOSSY, 1) == Representation("image/jpeg", LOSSY, True)


def test_a_bare_type_answers_for_one_frame_only() -> None:
    ranges = parse_accept("image/jls; transfer-syntax=*")
    assert choose_frames(ranges, JLS, 1) == Representation("image/jls", JLS, False)
    with pytest.raises(DicomWebError):
        choose_frames(ranges, JLS, 2)


@pytest.mark.parametrize(
    ("uid", "media_type"),
    [
        ("1.2.840.10008.1.2.5", "image/dicom-rle"),
        ("1.2.840.10008.1.2.4.50", "image/jpeg"),
        ("1.2.840.10008.1.2.4.70", "image/jpeg"),
        ("1.2.840.10008.1.2.4.202", "image/jphc"),
        ("1.2.840.10008.1.2.4.102.1", "video/mp4"),
        ("1.2.3.4", "application/octet-stream"),
    ],
)
def test_media_types_of_transfer_syntaxes(uid: str, media_type: str) -> None:
    assert media_type_of(uid) == media_type


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", (None, True)),
        ('multipart/related; type="application/dicom"', (None, True)),
        ("multipart/related; type=application/dicom; transfer-syntax=*", (None, True)),
        (f'multipart/related; type="application/dicom"; transfer-syntax={LE}', (LE, True)),
        ("application/dicom", (None, False)),
        (f"application/dicom; transfer-syntax={LE}", (LE, False)),
    ],
)
def test_objects(accept: str, expected: tuple[str | None, bool]) -> None:
    assert choose_object(parse_accept(accept), is_single=True) == expected


def test_many_objects_need_parts() -> None:
    with pytest.raises(DicomWebError):
        choose_object(parse_accept("application/dicom"), is_single=False)
    with pytest.raises(DicomWebError):
        choose_object(parse_accept("application/dicom+json"), is_single=True)
