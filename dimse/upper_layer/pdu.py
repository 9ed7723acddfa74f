"""Protocol data units of the DICOM upper layer: bytes to values and back (PS3.8 9.3).

Everything here is pure: no sockets, no clock. A decoder reads only inside the bytes it was
given, and raises `ProtocolError` on anything that PS3.8 does not allow.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from struct import Struct
from typing import Final

from dimse.upper_layer.errors import AbortReason, AbortSource, ProtocolError

APPLICATION_CONTEXT: Final = "1.2.840.10008.3.1.1.1"  # PS3.7 A.2.1
PDU_HEADER_LENGTH: Final = 6  # type, reserved, 4-byte length: PS3.8 9.3.1
PDV_HEADER_LENGTH: Final = 6  # length, context ID, control: PS3.8 9.3.5.1 and E.2
MAX_CONTEXTS: Final = 128  # odd IDs 1 to 255: PS3.8 9.3.2.2

PDU_HEADER: Final = Struct(">BxI")
PDV_HEADER: Final = Struct(">IBB")
_ITEM_HEADER: Final = Struct(">BxH")
_ASSOCIATE_HEADER: Final = Struct(">H2x16s16s32x")
_UINT16: Final = Struct(">H")
_UINT32: Final = Struct(">I")


class PduType(IntEnum):
    """PDU types (PS3.8 9.3.2 to 9.3.8)."""

    ASSOCIATE_RQ = 0x01
    ASSOCIATE_AC = 0x02
    ASSOCIATE_RJ = 0x03
    DATA = 0x04
    RELEASE_RQ = 0x05
    RELEASE_RP = 0x06
    ABORT = 0x07


class Item(IntEnum):
    """Items and sub-items of the A-ASSOCIATE PDUs (PS3.8 9.3.2, annex D; PS3.7 D.3.3)."""

    APPLICATION_CONTEXT = 0x10
    CONTEXT_RQ = 0x20
    CONTEXT_AC = 0x21
    ABSTRACT_SYNTAX = 0x30
    TRANSFER_SYNTAX = 0x40
    USER_INFORMATION = 0x50
    MAXIMUM_LENGTH = 0x51
    IMPLEMENTATION_CLASS_UID = 0x52
    ROLE_SELECTION = 0x54
    IMPLEMENTATION_VERSION = 0x55


class ContextResult(IntEnum):
    """Answer to a proposed presentation context (PS3.8 9.3.3.2)."""

    ACCEPTANCE = 0
    USER_REJECTION = 1
    NO_REASON = 2
    ABSTRACT_SYNTAX_NOT_SUPPORTED = 3
    TRANSFER_SYNTAXES_NOT_SUPPORTED = 4


@dataclass(frozen=True, slots=True)
class Rejection:
    """Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 9.3.4, table 9-21)."""

    result: int
    source: int
    reason: int


REJECTED_NO_REASON: Final = Rejection(1, 1, 1)
REJECTED_APPLICATION_CONTEXT: Final = Rejection(1, 1, 2)
REJECTED_CALLING_AE_TITLE: Final = Rejection(1, 1, 3)
REJECTED_CALLED_AE_TITLE: Final = Rejection(1, 1, 7)
REJECTED_PROTOCOL_VERSION: Final = Rejection(1, 2, 2)
REJECTED_TEMPORARY_CONGESTION: Final = Rejection(2, 3, 1)
REJECTED_LOCAL_LIMIT: Final = Rejection(2, 3, 2)


@dataclass(frozen=True, slots=True)
class ProposedContext:
    """A presentation context as the requestor proposes it."""

    context_id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnsweredContext:
    """A presentation context as the acceptor answers it."""

    context_id: int
    result: int
    transfer_syntax: str


@dataclass(frozen=True, slots=True)
class Roles:
    """Which roles the requestor of the association takes (PS3.7 D.3.3.4)."""

    scu: bool
    scp: bool


@dataclass(frozen=True, slots=True)
class UserInformation:
    """What both sides say of themselves (PS3.8 annex D, PS3.7 D.3.3)."""

    max_pdu_length: int = 0  # 0: no limit (PS3.8 D.1.1)
    implementation_class_uid: str = ""
    implementation_version: str = ""
    roles: dict[str, Roles] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AssociateRequest:
    """An A-ASSOCIATE-RQ."""

    called_ae_title: str
    calling_ae_title: str
    contexts: tuple[ProposedContext, ...]
    user: UserInformation
    application_context: str = APPLICATION_CONTEXT
    protocol_version: int = 1


@dataclass(frozen=True, slots=True)
class AssociateAccept:
    """An A-ASSOCIATE-AC."""

    contexts: tuple[AnsweredContext, ...]
    user: UserInformation


def decode_associate_request(body: bytes) -> AssociateRequest:
    """Decode the body of an A-ASSOCIATE-RQ (PS3.8 9.3.2).

    Parameters
    ----------
    body : bytes
        What follows the six bytes of PDU header.

    Raises
    ------
    ProtocolError
        Items overrun the PDU or each other, or a presentation context ID is even or repeated.
    """
    version, called, calling = _associate_header(body)
    application_context, user = "", UserInformation()
    contexts: dict[int, ProposedContext] = {}
    for kind, value in _items(body, _ASSOCIATE_HEADER.size):
        if kind == Item.APPLICATION_CONTEXT:
            application_context = _text(value)
        elif kind == Item.CONTEXT_RQ:
            _add_context(contexts, _proposed_context(value))
        elif kind == Item.USER_INFORMATION:
            user = _user_information(value)
    return AssociateRequest(
        called, calling, tuple(contexts.values()), user, application_context, version
    )


def decode_associate_accept(body: bytes) -> AssociateAccept:
    """Decode the body of an A-ASSOCIATE-AC (PS3.8 9.3.3).

    Raises
    ------
    ProtocolError
        Items overrun the PDU or each other.
    """
    _associate_header(body)
    user = UserInformation()
    contexts: list[AnsweredContext] = []
    for kind, value in _items(body, _ASSOCIATE_HEADER.size):
        if kind == Item.CONTEXT_AC:
            contexts.append(_answered_context(value))
        elif kind == Item.USER_INFORMATION:
            user = _user_information(value)
    return AssociateAccept(tuple(contexts), user)


def encode_associate_request(request: AssociateRequest) -> bytes:
    """Encode an A-ASSOCIATE-RQ, header included (PS3.8 9.3.2)."""
    contexts = (
        _item(
            Item.CONTEXT_RQ,
            bytes((context.context_id, 0, 0, 0))
            + _item(Item.ABSTRACT_SYNTAX, context.abstract_syntax.encode("ascii"))
            + b"".join(
                _item(Item.TRANSFER_SYNTAX, syntax.encode("ascii"))
                for syntax in context.transfer_syntaxes
            ),
        )
        for context in request.contexts
    )
    titles = _ae_title(request.called_ae_title), _ae_title(request.calling_ae_title)
    return _associate(PduType.ASSOCIATE_RQ, *titles, b"".join(contexts), request.user)


def encode_associate_accept(request_body: bytes, accept: AssociateAccept) -> bytes:
    """Encode the A-ASSOCIATE-AC that answers a request, header included (PS3.8 9.3.3).

    Parameters
    ----------
    request_body : bytes
        Body of the A-ASSOCIATE-RQ: its AE titles go back as they came (PS3.8 table 9-17).
    accept : AssociateAccept
        The answer.
    """
    contexts = (
        _item(
            Item.CONTEXT_AC,
            bytes((context.context_id, 0, context.result, 0))
            + _item(Item.TRANSFER_SYNTAX, context.transfer_syntax.encode("ascii")),
        )
        for context in accept.contexts
    )
    titles = bytes(request_body[4:20]), bytes(request_body[20:36])
    return _associate(PduType.ASSOCIATE_AC, *titles, b"".join(contexts), accept.user)


def encode_reject(rejection: Rejection) -> bytes:
    """Encode an A-ASSOCIATE-RJ (PS3.8 9.3.4)."""
    answer = bytes((0, rejection.result, rejection.source, rejection.reason))
    return PDU_HEADER.pack(PduType.ASSOCIATE_RJ, 4) + answer


def decode_reject(body: bytes) -> Rejection:
    """Decode the body of an A-ASSOCIATE-RJ (PS3.8 9.3.4).

    Raises
    ------
    ProtocolError
        It is not four bytes long.
    """
    if len(body) != 4:
        raise ProtocolError("A-ASSOCIATE-RJ of a wrong length")
    return Rejection(body[1], body[2], body[3])


def encode_release_request() -> bytes:
    """Encode an A-RELEASE-RQ (PS3.8 9.3.6)."""
    return PDU_HEADER.pack(PduType.RELEASE_RQ, 4) + bytes(4)


def encode_release_reply() -> bytes:
    """Encode an A-RELEASE-RP (PS3.8 9.3.7)."""
    return PDU_HEADER.pack(PduType.RELEASE_RP, 4) + bytes(4)


def encode_abort(source: AbortSource, reason: AbortReason = AbortReason.NOT_SPECIFIED) -> bytes:
    """Encode an A-ABORT (PS3.8 9.3.8)."""
    return PDU_HEADER.pack(PduType.ABORT, 4) + bytes((0, 0, source, reason))


def _associate(
    kind: PduType, called: bytes, calling: bytes, contexts: bytes, user: UserInformation
) -> bytes:
    body = (
        _ASSOCIATE_HEADER.pack(1, called, calling)
        + _item(Item.APPLICATION_CONTEXT, APPLICATION_CONTEXT.encode("ascii"))
        + contexts
        + _item(Item.USER_INFORMATION, _encode_user_information(user))
    )
    return PDU_HEADER.pack(kind, len(body)) + body


def _associate_header(body: bytes) -> tuple[int, str, str]:
    if len(body) < _ASSOCIATE_HEADER.size:
        raise ProtocolError("A-ASSOCIATE shorter than its fixed part")
    version, called, calling = _ASSOCIATE_HEADER.unpack_from(body)
    return version, _text(called), _text(calling)


def _add_context(contexts: dict[int, ProposedContext], context: ProposedContext) -> None:
    if context.context_id % 2 == 0 or context.context_id in contexts:
        raise ProtocolError(f"presentation context ID {context.context_id} is even or repeated")
    contexts[context.context_id] = context


def _proposed_context(value: bytes) -> ProposedContext:
    if len(value) < 4:
        raise ProtocolError("presentation context shorter than its fixed part")
    abstract: list[str] = []
    transfer: list[str] = []
    for kind, syntax in _items(value, 4):
        if kind == Item.ABSTRACT_SYNTAX:
            abstract.append(_text(syntax))
        elif kind == Item.TRANSFER_SYNTAX:
            transfer.append(_text(syntax))
    if len(abstract) != 1 or not transfer:
        raise ProtocolError("presentation context without one abstract and a transfer syntax")
    return ProposedContext(value[0], abstract[0], tuple(transfer))


def _answered_context(value: bytes) -> AnsweredContext:
    if len(value) < 4:
        raise ProtocolError("presentation context shorter than its fixed part")
    syntaxes = [_text(item) for kind, item in _items(value, 4) if kind == Item.TRANSFER_SYNTAX]
    return AnsweredContext(value[0], value[2], syntaxes[0] if syntaxes else "")


def _user_information(value: bytes) -> UserInformation:
    max_length, class_uid, version = 0, "", ""
    roles: dict[str, Roles] = {}
    for kind, item in _items(value, 0):
        if kind == Item.MAXIMUM_LENGTH and len(item) == 4:
            max_length = _UINT32.unpack(item)[0]
        elif kind == Item.IMPLEMENTATION_CLASS_UID:
            class_uid = _text(item)
        elif kind == Item.IMPLEMENTATION_VERSION:
            version = _text(item)
        elif kind == Item.ROLE_SELECTION:
            uid, role = _role_selection(item)
            roles[uid] = role
    return UserInformation(max_length, class_uid, version, roles)


def _role_selection(item: bytes) -> tuple[str, Roles]:
    # PS3.7 D.3.3.4.1: UID length, UID, SCU role, SCP role
    if len(item) < 4 or len(item) != 4 + _UINT16.unpack_from(item)[0]:
        raise ProtocolError("role selection of a wrong length")
    return _text(item[2:-2]), Roles(item[-2] == 1, item[-1] == 1)


def _encode_user_information(user: UserInformation) -> bytes:
    roles = (
        _item(
            Item.ROLE_SELECTION,
            _UINT16.pack(len(uid)) + uid.encode("ascii") + bytes((role.scu, role.scp)),
        )
        for uid, role in user.roles.items()
    )
    return (
        _item(Item.MAXIMUM_LENGTH, _UINT32.pack(user.max_pdu_length))
        + _item(Item.IMPLEMENTATION_CLASS_UID, user.implementation_class_uid.encode("ascii"))
        + b"".join(roles)
        + _item(Item.IMPLEMENTATION_VERSION, user.implementation_version.encode("ascii"))
    )


def _items(body: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield the items (type, value) from `offset` to the end; unknown types are the caller's."""
    end = len(body)
    while offset < end:
        if end - offset < _ITEM_HEADER.size:
            raise ProtocolError("item header overruns its PDU")
        kind, length = _ITEM_HEADER.unpack_from(body, offset)
        offset += _ITEM_HEADER.size
        if length > end - offset:
            raise ProtocolError(f"item {kind:#04x} overruns its PDU")
        yield kind, body[offset : offset + length]
        offset += length


def _item(kind: Item, value: bytes) -> bytes:
    return _ITEM_HEADER.pack(kind, len(value)) + value


def _text(value: bytes) -> str:
    # Latin-1 never fails and keeps every byte apart, so that a title or UID with bytes outside
    # ASCII is unequal to every registered one. NUL padding is wrong but common.
    return value.decode("latin-1").strip(" \0")


def _ae_title(title: str) -> bytes:
    return title.encode("ascii").ljust(16)
