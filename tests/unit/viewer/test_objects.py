"""Objects of the viewer name the same implementation as the DICOM service does."""

from dimse import implementation
from viewer import objects


def test_one_product_names_itself_in_one_way():
    assert objects.IMPLEMENTATION_CLASS_UID == implementation.IMPLEMENTATION_CLASS_UID
    assert objects.IMPLEMENTATION_VERSION == implementation.IMPLEMENTATION_VERSION
