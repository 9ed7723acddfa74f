"""The parts of docs/conformance.md that follow from the code, and the file they stand in.

A generated part stands between ``<!-- begin: name -->`` and ``<!-- end: name -->``.
"""

import re
from pathlib import Path

import pynetdicom  # noqa: F401  (it adds the newest UIDs to pydicom's dictionary)
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.uid import UID, UID_dictionary

from archive.attributes import PATIENT_COUNTS, Level, attributes_at
from archive.matching import MAX_UIDS, MAX_VALUE_LENGTH, MAX_WILDCARDS
from dicomkit import charset
from dicomkit.source import DEFAULT
from dicomkit.transfer_syntaxes import Codec, codec_of
from dicomweb.attributes import required
from dicomweb.multipart_reader import DEFAULT_LIMITS
from dicomweb.qido import MAX_RESULTS, MAX_RESULTS_IN_STUDY
from dicomweb.representation import media_type_of
from dicomweb.store_response import FailureReason
from dimse.find import MAX_MATCHES
from dimse.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from dimse.sop_classes import FIND, GET, MOVE, VERIFICATION, is_storage
from dimse.status import Find, Retrieve, Storage
from dimse.upper_layer.connection import MAX_PDU_LENGTH
from tests.corpus import REFUSED, TRUNCATED

STATEMENT = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
_MIB = 1024 * 1024


def block_of(text: str, name: str) -> str:
    """Return the generated part `name` of the document."""
    found = re.search(f"<!-- begin: {name} -->\n(.*?)<!-- end: {name} -->", text, re.DOTALL)
    assert found is not None, f"docs/conformance.md has no part {name}"
    return found[1]


def with_block(text: str, name: str, content: str) -> str:
    """Return the document with another part `name`."""
    old = block_of(text, name)
    begin = f"<!-- begin: {name} -->\n"
    return text.replace(f"{begin}{old}", f"{begin}{content}", 1)


def blocks() -> dict[str, str]:
    """Return every part that follows from the code."""
    return {
        "implementation": _implementation(),
        "services": _services(),
        "storage": _storage(),
        "transfer-syntaxes": _transfer_syntaxes(),
        "character-sets": _character_sets(),
        "attributes": _attributes(),
        "statuses": _statuses(),
        "limits": _limits(),
        "malformed": _malformed(),
    }


def storage_sop_classes() -> dict[str, str]:
    """Return the standard SOP classes that are stored, name by UID."""
    return {
        uid: entry[0]
        for uid, entry in UID_dictionary.items()
        if entry[1] == "SOP Class" and is_storage(uid)
    }


def transfer_syntaxes() -> dict[str, str]:
    """Return the standard transfer syntaxes, name by UID."""
    return {uid: entry[0] for uid, entry in UID_dictionary.items() if entry[1] == "Transfer Syntax"}


def _table(head: str, rows: list[list[str]]) -> str:
    columns = head.count("|") - 1
    lines = [head, "|" + "---|" * columns, *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def _implementation() -> str:
    return _table(
        "| | |",
        [
            ["Implementation Class UID", f"`{IMPLEMENTATION_CLASS_UID}`"],
            ["Implementation Version Name", f"`{IMPLEMENTATION_VERSION}`"],
            ["Maximum PDU length received", f"{MAX_PDU_LENGTH} bytes"],
        ],
    )


def _services() -> str:
    uids = [VERIFICATION, *sorted(FIND | MOVE | GET)]
    return _table("| SOP class | UID |", [[str(UID(uid).name), f"`{uid}`"] for uid in uids])


def _storage() -> str:
    rows = sorted((name, uid) for uid, name in storage_sop_classes().items())
    return _table("| SOP class | UID |", [[name, f"`{uid}`"] for name, uid in rows])


_SHOWN = {
    Codec.NATIVE: "yes",
    Codec.VIDEO: "no: stored and retrieved, not decoded",
    Codec.UNKNOWN: "no: stored and retrieved, not decoded",
}


def _transfer_syntaxes() -> str:
    rows = [
        [name, f"`{uid}`", "yes", _SHOWN.get(codec_of(uid), "yes"), _frames_as(uid)]
        for uid, name in sorted(transfer_syntaxes().items(), key=lambda item: _order(item[0]))
    ]
    return _table("| transfer syntax | UID | stored | decoded | frames by WADO-RS as |", rows)


def _frames_as(uid: str) -> str:
    return f"`{media_type_of(uid)}`"


def _order(uid: str) -> list[int]:
    return [int(part) for part in uid.split(".")]


def _character_sets() -> str:
    rows = []
    for term in _defined_terms():
        codec = charset.codec_of(term)
        assert codec is not None, f"{term} is not decoded"
        rows.append([f"`{term}`", f"`{codec}`"])
    return _table("| defined term | decoded as |", rows)


def _defined_terms() -> list[str]:
    """Return the defined terms of PS3.3 tables C.12-2 to C.12-5."""
    single = ("100", "101", "109", "110", "144", "127", "126", "138", "148", "203", "13", "166")
    return [
        *(f"ISO_IR {number}" for number in single),
        "ISO 2022 IR 6",
        *(f"ISO 2022 IR {number}" for number in single),
        *(f"ISO 2022 IR {number}" for number in ("87", "159", "149", "58")),
        "ISO_IR 192",
        "GB18030",
        "GBK",
    ]


def _attributes() -> str:
    rows = []
    for level in Level:
        always = required(level, has_study=True, has_series=True) if level else ()
        known = attributes_at(level)
        own = {k: a for k, a in known.items() if a.level is level or level is Level.PATIENT}
        for keyword, attribute in own.items():
            rows.append(_attribute(level, keyword, attribute.kind.value, keyword in always))
        if level is Level.PATIENT:
            rows += [
                _attribute(level, keyword, "returned only", False) for keyword in PATIENT_COUNTS
            ]
    return _table("| level | attribute | tag | VR | matching | QIDO-RS returns |", rows)


def _attribute(level: Level, keyword: str, kind: str, always: bool) -> list[str]:
    tag = int(tag_for_keyword(keyword) or 0)
    returned = "-" if level is Level.PATIENT else "always" if always else "on includefield"
    place = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    return [level.name.lower(), keyword, place, dictionary_VR(tag), kind, returned]


def _statuses() -> str:
    rows = [
        [service, f"{status.value:04X}", status.name.lower().replace("_", " ")]
        for service, statuses in (
            ("C-STORE", Storage),
            ("C-FIND", Find),
            ("C-MOVE, C-GET", Retrieve),
            ("STOW-RS (Failure Reason)", FailureReason),
        )
        for status in statuses
    ]
    return _table("| service | status | meaning |", rows)


def _limits() -> str:
    limits = DEFAULT
    rows = [
        ["elements of a data set", f"{limits.max_elements:,}"],
        ["elements and items in its sequences", f"{limits.max_nested:,}"],
        ["sequences inside sequences", str(limits.max_depth)],
        ["header before the pixel data, long values left out", f"{limits.max_header // _MIB} MiB"],
        [
            "a deflated data set inflates to",
            f"{limits.max_inflated // _MIB} MiB, or {limits.max_inflate_ratio} times its size",
        ],
        ["characters of a matching key", f"{MAX_VALUE_LENGTH:,}"],
        ["UIDs in a list", f"{MAX_UIDS:,}"],
        ["wildcards in a key", str(MAX_WILDCARDS)],
        ["matches of a C-FIND", f"{MAX_MATCHES:,}"],
        [
            "results of a QIDO-RS request",
            f"{MAX_RESULTS:,}; within a study {MAX_RESULTS_IN_STUDY:,}",
        ],
        ["parts of a STOW-RS request", f"{DEFAULT_LIMITS.max_parts:,}"],
    ]
    return _table("| what | at most |", rows)


def _malformed() -> str:
    rows = [[f"`{name}`", "refused", f"`{reason}`"] for name, reason in REFUSED.items()]
    rows += [[f"`{name}`", "kept aside", "`truncated`"] for name in TRUNCATED]
    return _table("| file | outcome | reason |", sorted(rows))
