"""C-STORE sub-operations of C-MOVE and C-GET: on which context, and as which bytes.

References: PS3.4 C.4.2.2.2 and C.4.3.2.2 (sub-operations), PS3.7 9.3.1 (C-STORE).
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO, Final, NamedTuple

from archive.access import open_outgoing
from archive.models import Instance
from dicomkit.part10 import read_header
from dimse.negotiation import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from dimse.transcode import TranscodeError, transcoded
from dimse.upper_layer.association import Association, Context
from dimse.upper_layer.command import (
    PRIORITY_MEDIUM,
    CommandField,
    CommandValue,
    Tag,
    request,
)
from dimse.upper_layer.pdu import MAX_CONTEXTS, ProposedContext

_META_START: Final = 144  # preamble, "DICM" and the 12 bytes of (0002,0000)
_NATIVE: Final = (EXPLICIT_LITTLE, IMPLICIT_LITTLE)


class Wanted(NamedTuple):
    """One instance to send."""

    pk: int
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    study_pk: int


class Batch(NamedTuple):
    """Instances that fit one association, and the contexts to propose for them."""

    contexts: list[ProposedContext]
    wanted: list[Wanted]


def batches(wanted: Iterable[Wanted]) -> Iterator[Batch]:
    """Split what is to be sent into associations of at most 128 contexts (PS3.8 9.3.2.2).

    Each SOP class is proposed once in every transfer syntax in which it is stored, so that the
    stored bytes can go as they are, and once in the native ones that are left.
    """
    syntaxes: dict[str, list[str]] = {}
    part: list[Wanted] = []
    for item in wanted:
        stored = syntaxes.setdefault(item.sop_class_uid, [])
        if item.transfer_syntax_uid not in stored:
            stored.append(item.transfer_syntax_uid)
            if len(_contexts(syntaxes)) > MAX_CONTEXTS:
                stored.pop()
                yield Batch(_contexts(syntaxes), part)
                syntaxes, part = {item.sop_class_uid: [item.transfer_syntax_uid]}, []
        part.append(item)
    if part:
        yield Batch(_contexts(syntaxes), part)


def _contexts(syntaxes: dict[str, list[str]]) -> list[ProposedContext]:
    proposals: list[tuple[str, tuple[str, ...]]] = []
    for uid, stored in syntaxes.items():
        proposals += [(uid, (syntax,)) for syntax in stored]
        rest = tuple(syntax for syntax in _NATIVE if syntax not in stored)
        if stored and rest:
            proposals.append((uid, rest))
    return [
        ProposedContext(2 * number + 1, uid, offered)
        for number, (uid, offered) in enumerate(proposals)
    ]


class StoreUser:
    """The SCU of C-STORE on an association.

    Parameters
    ----------
    association : Association
        Where to send.
    answered : Callable
        Waits for the response to a message ID and returns its status.
    originator : tuple of str and int, optional
        AE title and message ID of the C-MOVE on whose behalf this is (PS3.7 9.3.1.1).
    """

    def __init__(
        self,
        association: Association,
        answered: Callable[[int], int],
        originator: tuple[str, int] | None = None,
    ) -> None:
        self._association = association
        self._answered = answered
        self._extra: dict[Tag, CommandValue] = {}
        if originator is not None:
            self._extra[Tag.MOVE_ORIGINATOR_AE_TITLE] = originator[0]
            self._extra[Tag.MOVE_ORIGINATOR_MESSAGE_ID] = originator[1]
        self._message_id = 0

    def send(self, instance: Instance) -> int:
        """Send an instance and return the status of the response.

        Raises
        ------
        TranscodeError
            No context takes it as stored, and it cannot be put into another syntax.
        ObjectMissingError
            Its file cannot be read.
        EOFError
            Its file ended amid the data set; the association can only be aborted.
        UpperLayerError
            The association is at its end.
        """
        context = choose_context(self._contexts_of(instance.sop_class_uid), instance)
        with ExitStack() as stack:
            stream, length = _data_set(instance, context.transfer_syntax, stack)
            self._message_id = self._message_id % 0xFFFF + 1
            command = self._command(instance, self._message_id)
            self._association.send_stream(context, command, stream, length)
        return self._answered(self._message_id)

    def _contexts_of(self, sop_class_uid: str) -> list[Context]:
        return [
            context
            for context in self._association.contexts.values()
            if context.peer_scp and context.abstract_syntax == sop_class_uid
        ]

    def _command(self, instance: Instance, message_id: int) -> bytes:
        values: dict[Tag, CommandValue] = {
            Tag.AFFECTED_SOP_CLASS_UID: instance.sop_class_uid,
            Tag.AFFECTED_SOP_INSTANCE_UID: instance.sop_instance_uid,
            Tag.PRIORITY: PRIORITY_MEDIUM,
            **self._extra,
        }
        return request(CommandField.C_STORE, message_id, values, data_set=True)


def choose_context(contexts: Sequence[Context], instance: Instance) -> Context:
    """Return the context on which to send: the stored syntax, else a native one.

    Raises
    ------
    TranscodeError
        There is none.
    """
    for wanted in (instance.transfer_syntax_uid, *_NATIVE):
        for context in contexts:
            if context.transfer_syntax == wanted:
                return context
    raise TranscodeError("no presentation context was accepted for it")


def _data_set(instance: Instance, syntax: str, stack: ExitStack) -> tuple[BinaryIO, int]:
    """Return a stream at the data set in `syntax`, and the length of the data set."""
    stream = stack.enter_context(open_outgoing(instance))
    if syntax != instance.transfer_syntax_uid:
        stream = stack.enter_context(transcoded(stream, syntax))
        length = stream.seek(0, 2)
        stream.seek(0)
        return stream, length
    offset = _data_offset(stream)
    size = stream.seek(0, 2) if instance.coercion else instance.size_bytes
    stream.seek(offset)
    return stream, size - offset


def _data_offset(stream: BinaryIO) -> int:
    """Return where the data set begins: after the group length, when that tells the truth."""
    head = stream.read(_META_START)
    if head[128:138] == b"DICM\x02\x00\x00\x00UL" and len(head) == _META_START:
        offset = _META_START + int(struct.unpack_from("<I", head, 140)[0])
        stream.seek(offset)
        group = stream.read(2)
        if len(group) == 2 and group != b"\x02\x00":
            return offset
    stream.seek(0)
    return read_header(stream).data_offset
