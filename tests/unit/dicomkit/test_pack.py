"""Frames packed as HTJ2K: what goes in comes out, to the bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dicomkit.codestream import inspect
from dicomkit.context import FrameContext
from dicomkit.decode import decode_frame
from dicomkit.errors import PixelError
from dicomkit.pack import pack_frame
from dicomkit.transfer_syntaxes import Codec

RPCL = "1.2.840.10008.1.2.4.202"
TYPES = (np.uint8, np.uint16, np.int16)

frames = st.sampled_from(TYPES).flatmap(
    lambda dtype: arrays(dtype, st.tuples(st.integers(1, 40), st.integers(1, 40)))
)


@given(frames)
def test_a_packed_frame_reads_as_the_frame(pixels):
    packed = pack_frame(pixels)
    bits = pixels.dtype.itemsize * 8
    context = FrameContext(
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        bits_allocated=bits,
        bits_stored=bits,
        high_bit=bits - 1,
        signed=pixels.dtype.kind == "i",
    )
    assert np.array_equal(decode_frame(packed, context, RPCL), pixels)
    assert inspect(packed, Codec.HTJ2K).complete


def test_its_beginning_is_a_small_picture_of_it():
    """What progressive display rests on: tile parts by resolution, their lengths in front."""
    packed = pack_frame(np.add.outer(np.arange(256), np.arange(256)).astype(np.uint16))
    assert b"\xff\x55" in packed[:200]  # TLM
    progression = packed[packed.index(b"\xff\x52") + 5]
    assert progression == 2  # RPCL


@pytest.mark.parametrize(
    "pixels", [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.int32), np.zeros((4, 4), float)]
)
def test_colour_and_other_sizes_are_not_packed(pixels):
    with pytest.raises(PixelError) as caught:
        pack_frame(pixels)
    assert caught.value.reason == "unsupported"
