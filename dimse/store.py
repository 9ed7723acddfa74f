"""C-STORE: the data set goes to the spool as it comes, then to `archive.ingest` (PS3.4 B)."""

import struct
from functools import lru_cache
from typing import Final

from django.conf import settings

from archive.errors import ArchiveError, ArchiveFullError
from archive.ingest import ingest
from archive.outcome import Door, Origin, Outcome, OutcomeKind
from archive.spool import Spool, SpooledFile
from dicomkit.part10 import is_valid_uid
from dimse.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from dimse.session import Session
from dimse.status import General, Storage
from dimse.upper_layer.association import Context, Message
from dimse.upper_layer.command import CommandSet, Tag, response

Answer = tuple[int, str]  # status, comment

_SIZE_REASONS: Final = ("nesting", "elements", "header-size", "inflate-limit", "deflate")
_IDENTITY_REASONS: Final = ("missing-", "invalid-")


def store(session: Session, message: Message) -> None:
    """Receive one instance and answer what became of it."""
    command = message.command
    answer = _objection(session, message) or _receive(session, message)
    session.association.discard_data()
    status, comment = answer
    session.tally["stored" if status == Storage.SUCCESS else "not stored"] += 1
    extra: dict[Tag, int | str | tuple[int, ...]] = {
        Tag.AFFECTED_SOP_INSTANCE_UID: command.text(Tag.AFFECTED_SOP_INSTANCE_UID)
    }
    if comment:
        extra[Tag.ERROR_COMMENT] = comment
    session.association.send(message.context, response(command, status, extra))


def _objection(session: Session, message: Message) -> Answer | None:
    """Return why the instance is refused before its data set is looked at."""
    command, context = message.command, message.context
    if session.peer.facility_id is None or not context.peer_scu:
        return General.NOT_AUTHORIZED, "this AE title may not store"
    if not is_valid_uid(command.text(Tag.AFFECTED_SOP_INSTANCE_UID)):
        return General.INVALID_SOP_INSTANCE, "SOP Instance UID is not a valid UID"
    if command.text(Tag.AFFECTED_SOP_CLASS_UID) != context.abstract_syntax:
        return General.SOP_CLASS_NOT_SUPPORTED, "SOP class is not that of the context"
    if not command.has_data_set:
        return Storage.CANNOT_UNDERSTAND, "no data set"
    return None


def _receive(session: Session, message: Message) -> Answer:
    try:
        spooled = _spool(session, message)
        return _answer(ingest(spooled, _origin(session)))
    except ArchiveFullError:
        return Storage.OUT_OF_RESOURCES, "no room is left in the archive"
    except ArchiveError:
        return Storage.OUT_OF_RESOURCES, "the archive is unavailable, try again later"


def _spool(session: Session, message: Message) -> SpooledFile:
    """Write the Part 10 file: our File Meta Information, then the bytes as they come.

    Raises
    ------
    ArchiveError
        The disk is full or fails, or the object is larger than any may be.
    UpperLayerError
        The association ended amid the data set; what was written is removed.
    """
    with Spool.create() as writer:
        writer.write(file_meta(message.context, message.command))
        for part in session.association.data_fragments():
            writer.write(part)
            if writer.size > settings.UPLOAD_MAX_BYTES:
                raise ArchiveFullError("the object is larger than NOCTIS_UPLOAD_MAX_MB")
        return writer.finish()


def _origin(session: Session) -> Origin:
    facility_id = session.peer.facility_id
    assert facility_id is not None  # noqa: S101  (_objection has seen to it)
    title = session.peer.ae_title
    return Origin(
        Door.DIMSE, facility_id, actor_name=title, calling_ae=title, address=session.address
    )


def _answer(outcome: Outcome) -> Answer:
    """Translate the archive's outcome (PS3.4 table B.2-1)."""
    if outcome.is_success:
        return Storage.SUCCESS, ""
    if outcome.kind is OutcomeKind.QUARANTINED:
        # Not a success: what is acknowledged must come back identical, and this may not.
        return Storage.CONTENT_CONFLICT, f"kept aside: {outcome.reason}"
    if outcome.reason == "uid-mismatch":
        return Storage.DATA_SET_DOES_NOT_MATCH_SOP_CLASS, "UIDs of command and data set differ"
    if outcome.reason in _SIZE_REASONS:
        return Storage.LIMIT_EXCEEDED, outcome.message
    if outcome.reason.startswith(_IDENTITY_REASONS):
        return Storage.IDENTITY_MISSING, outcome.message
    return Storage.CANNOT_UNDERSTAND, outcome.message


def file_meta(context: Context, command: CommandSet) -> bytes:
    """Return preamble and File Meta Information for a received instance (PS3.10 7.1).

    It depends on the instance alone, not on who sent it: the same instance sent again by
    another AE title is the same file, and so a duplicate instead of a conflict. Who sent it
    stands in the audit log.
    """
    instance_uid = _element(0x0003, b"UI", _uid(command.text(Tag.AFFECTED_SOP_INSTANCE_UID)))
    before, after = _meta_of_context(context.abstract_syntax, context.transfer_syntax)
    length = len(before) + len(instance_uid) + len(after)
    group_length = _element(0x0000, b"UL", struct.pack("<I", length))
    return bytes(128) + b"DICM" + group_length + before + instance_uid + after


@lru_cache(maxsize=512)
def _meta_of_context(abstract_syntax: str, transfer_syntax: str) -> tuple[bytes, bytes]:
    """Return what stands before and after (0002,0003)."""
    # FileMetaInformationVersion, OB with its two reserved bytes and 4-byte length
    version = struct.pack("<HH2sHI", 0x0002, 0x0001, b"OB", 0, 2) + b"\x00\x01"
    return (
        version + _element(0x0002, b"UI", _uid(abstract_syntax)),
        _element(0x0010, b"UI", _uid(transfer_syntax))
        + _element(0x0012, b"UI", _uid(IMPLEMENTATION_CLASS_UID))
        + _element(0x0013, b"SH", _text(IMPLEMENTATION_VERSION)),
    )


def _element(element: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sH", 0x0002, element, vr, len(value)) + value


def _uid(uid: str) -> bytes:
    raw = uid.encode("ascii")
    return raw + b"\0" * (len(raw) % 2)


def _text(text: str) -> bytes:
    raw = text.encode("ascii")
    return raw + b" " * (len(raw) % 2)
