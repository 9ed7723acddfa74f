import os
import struct
from io import BytesIO

import pytest

from archive import access, storage
from archive.errors import ObjectMissingError
from archive.models import Instance
from dicomkit.errors import PixelError
from tests.factories.dicom import CT_IMAGE, ct_file, ct_values, element, elements, file_meta
from tests.factories.storing import store

FRAMES = [bytes([n]) * 32 for n in range(3)]


@pytest.fixture
def native(facility):
    data = ct_file(pixels=b"".join(FRAMES), changes={0x00280008: "3"})
    return Instance.objects.get(pk=store(facility, data).instance_id)


@pytest.fixture
def encapsulated(facility):
    """Three frames, the second of two fragments; an offset table tells."""
    fragments = [b"\xff\xd8\xff" + bytes([n]) * 5 for n in range(4)]
    offsets = struct.pack("<3I", 0, 16, 48)
    items = b"".join(
        b"\xfe\xff\x00\xe0" + struct.pack("<I", len(item)) + item for item in (offsets, *fragments)
    )
    values = ct_values() | {0x00280008: "3"}
    pixels = b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff" + items + b"\xfe\xff\xdd\xe0\0\0\0\0"
    data = file_meta(CT_IMAGE, values[0x00080018], "1.2.840.10008.1.2.4.50")
    data += elements(values) + pixels
    instance = Instance.objects.get(pk=store(facility, data).instance_id)
    return instance, fragments


def test_native_frames(native):
    assert [access.read_frame(native, n) for n in range(3)] == FRAMES
    ((offset, length),) = access.frame_ranges(native, 1)
    with access.open_instance(native) as stream:
        stream.seek(offset)
        assert stream.read(length) == FRAMES[1]


def test_encapsulated_frames(encapsulated):
    instance, fragments = encapsulated
    assert access.read_frame(instance, 0) == fragments[0]
    assert access.read_frame(instance, 1) == fragments[1] + fragments[2]
    assert access.read_frame(instance, 2) == fragments[3]


@pytest.mark.parametrize("n", [-1, 3, 1 << 40])
def test_there_are_no_other_frames(native, n):
    with pytest.raises(PixelError):
        access.read_frame(native, n)


def test_an_object_without_pixels_has_no_frames(facility):
    outcome = store(facility, ct_file(pixels=None))
    instance = Instance.objects.get(pk=outcome.instance_id)
    assert instance.has_pixels is False
    with pytest.raises(PixelError, match="no frames"):
        access.read_frame(instance, 0)


def test_one_read_of_header_bytes_holds_the_whole_header(native):
    with access.open_instance(native) as stream:
        head = stream.read(native.header_bytes)
        assert stream.read(32) == FRAMES[0]
    assert element(0x00280103, b"\0\0", "US") in head


def test_the_header_is_read(native):
    assert access.read_header(native).get_text(0x00080018) == native.sop_instance_uid
    assert BytesIO(access.instance_path(native).read_bytes()).read(132)[128:] == b"DICM"


def test_a_missing_or_short_file_is_told(native):
    os.truncate(storage.path_of(native.storage_key), 10)
    with pytest.raises(ObjectMissingError):
        access.open_instance(native)
    storage.unlink(native.storage_key)
    with pytest.raises(ObjectMissingError):
        access.open_instance(native)
