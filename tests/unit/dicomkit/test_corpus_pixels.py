"""Every frame of real objects, decoded by `dicomkit` and by somebody else."""

import numpy as np
import pytest

from dicomkit.errors import DicomkitError
from dicomkit.frames import index_frames, read_frame
from dicomkit.part10 import read_header
from dicomkit.pixels import FrameContext, decode_frame, to_display
from tests.corpus import corpus_files
from tests.reference_pixels import NoReferenceError, reference_frames, tolerance

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

# Nobody else here decodes these; why.
WITHOUT_REFERENCE = {
    "files/dicom-decoder/jpeg_baseline_synthetic.dcm": "JPEG without encapsulation",
    "files/dicom-decoder/secondary_capture_rgb.dcm": "no Planar Configuration",
    "files/pydicom/GDCMJ2K_TextGBR.dcm": "Pillow can't read the codestream",
    "files/pydicom/J2K_pixelrep_mismatch.dcm": "an error in pydicom",
    "files/pydicom/badVR.dcm": "numbers that are none",
    "synthetic/malformed/bits_inconsistent.dcm": "Bits Stored above Bits Allocated",
    "synthetic/malformed/frames_mismatch.dcm": "fewer frames than declared",
    "synthetic/malformed/no_photometric.dcm": "no Photometric Interpretation",
    "synthetic/malformed/unknown_vr_rows.dcm": "a VR that doesn't exist",
    "synthetic/transfer-syntax/encapsulated_uncompressed_explicit_le.dcm": "unknown to pydicom",
}
# What is not decoded, and the reason that is given.
NOT_DECODED = {
    "files/pydicom/JPEG2000-embedded-sequence-delimiter.dcm": "bomb",
    "synthetic/malformed/unknown_transfer_syntax.dcm": "unsupported",
    "synthetic/video/h264_high41_mp4.dcm": "unsupported",
    "synthetic/video/mpeg2_main.dcm": "unsupported",
}


def _chosen():
    """Return each single file, and of each series of a study the first."""
    seen = set()
    for file in corpus_files():
        key = file.identity.series_instance_uid if file.name.startswith("studies/") else file.name
        if file.is_valid and key not in seen:
            seen.add(key)
            yield file


def _decoded(path):
    """Return every frame; each can be shown as well."""
    frames = []
    with path.open("rb") as stream:
        header = read_header(stream)
        if header.pixel_data is None:
            return frames
        index = index_frames(stream, header)
        for number in range(index.count):
            context = FrameContext.from_header(header, stream, frame=number)
            data = read_frame(stream, index, number)
            frames.append(decode_frame(data, context, header.transfer_syntax_uid))
            shown = to_display(frames[-1], context, size=(64, 64))
            assert shown.dtype == np.uint8 and max(shown.shape[:2]) <= 64
    return frames


def test_every_frame_is_what_another_decoder_makes_of_it():
    wrong, errors, alone, count = {}, {}, set(), 0
    for file in _chosen():
        try:
            frames = _decoded(file.path)
        except DicomkitError as error:
            errors[file.name] = error.reason
            continue
        if not frames:
            continue
        try:
            reference = list(reference_frames(file.path))
        except NoReferenceError:
            alone.add(file.name)
            continue
        count += 1
        if problem := _problem(frames, reference, tolerance(file.path)):
            wrong[file.name] = problem
    assert wrong == {}
    assert errors == NOT_DECODED
    assert alone == set(WITHOUT_REFERENCE)
    assert count > 450


def _problem(frames, reference, allowed: int) -> str:
    if len(frames) != len(reference):
        return f"{len(frames)} frames instead of {len(reference)}"
    for number, (one, other) in enumerate(zip(frames, reference, strict=True)):
        if one.shape != other.shape:
            return f"frame {number}: {one.shape} instead of {other.shape}"
        if (difference := np.abs(one.astype(float) - other.astype(float)).max()) > allowed:
            return f"frame {number} differs by {difference}"
    return ""
