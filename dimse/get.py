"""C-GET: on the association of the requestor, where it is an SCP of storage (PS3.4 C.4.3)."""

from collections.abc import Sequence

from archive.models import Instance
from dimse.retrieve import Retrieval
from dimse.session import Session
from dimse.suboperations import StoreUser, Wanted
from dimse.upper_layer.association import Message
from dimse.upper_layer.command import RESPONSE, CommandField, CommandSet, Tag
from dimse.upper_layer.errors import AbortReason, GivenUpError, ProtocolError


def get(session: Session, message: Message) -> None:
    """Answer a C-GET: send what is asked for on the association itself."""
    _Get(session, message).run()


class _Get(Retrieval):
    def __init__(self, session: Session, message: Message) -> None:
        super().__init__(session, message)
        self._cancelled = False

    def send_all(self, wanted: Sequence[Wanted]) -> None:
        self.send_each(StoreUser(self.session.association, self._status), wanted)

    def send_one(self, user: StoreUser, item: Wanted, instance: Instance) -> None:
        try:
            super().send_one(user, item, instance)
        except EOFError as error:
            raise GivenUpError(str(error)) from error

    def is_cancelled(self) -> bool:
        return self._cancelled or super().is_cancelled()

    def _status(self, message_id: int) -> int:
        """Wait for the response to a C-STORE; the C-CANCEL may come before it."""
        association = self.session.association
        while True:
            command = association.receive(association.timeouts.response_s).command
            if not self._is_cancel(command):
                break
        answered = command.number(Tag.MESSAGE_ID_BEING_RESPONDED_TO)
        if command.field != CommandField.C_STORE | RESPONSE or answered != message_id:
            raise ProtocolError("a response to nothing", AbortReason.UNEXPECTED_PDU)
        association.discard_data()
        return command.number(Tag.STATUS)

    def _is_cancel(self, command: CommandSet) -> bool:
        if command.field != CommandField.C_CANCEL:
            return False
        cancelled = command.number(Tag.MESSAGE_ID_BEING_RESPONDED_TO)
        self._cancelled |= cancelled == self.message.command.message_id
        return True
