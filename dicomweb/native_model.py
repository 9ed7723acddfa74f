"""The Native DICOM Model: DICOM JSON written as XML (PS3.19 A.1), for store responses."""

from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from pydicom.datadict import keyword_for_tag

DICOM_XML: Final = "application/dicom+xml"
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">'
)
_TAIL: Final = "</NativeDicomModel>\n"


def native_model(members: Mapping[str, Any]) -> bytes:
    """Return a data set in DICOM JSON as an XML document in UTF-8.

    Texts, numbers, UIDs and sequences are written; names and bulk data never stand in a store
    response.
    """
    return (_HEAD + _attributes(members) + _TAIL).encode()


def _attributes(members: Mapping[str, Any]) -> str:
    return "".join(_attribute(tag, member) for tag, member in sorted(members.items()))


def _attribute(tag: str, member: Mapping[str, Any]) -> str:
    keyword = quoteattr(str(keyword_for_tag(int(tag, 16))))
    head = f'<DicomAttribute tag="{tag}" vr="{member["vr"]}" keyword={keyword}>'
    write = _item if member["vr"] == "SQ" else _value
    values = enumerate(member.get("Value", []), 1)
    return head + "".join(write(number, value) for number, value in values) + "</DicomAttribute>"


def _item(number: int, value: Mapping[str, Any]) -> str:
    return f'<Item number="{number}">{_attributes(value)}</Item>'


def _value(number: int, value: object) -> str:
    return f'<Value number="{number}">{escape(str(value))}</Value>'
