"""C-MOVE: to a registered destination, on associations of our own (PS3.4 C.4.2)."""

from collections.abc import Sequence

from archive.models import Instance
from dimse.models import Peer
from dimse.outgoing import call, response_to
from dimse.retrieve import Retrieval
from dimse.selectors import move_destination
from dimse.session import Session
from dimse.status import Retrieve
from dimse.suboperations import StoreUser, Wanted, batches
from dimse.upper_layer.association import Association, Message
from dimse.upper_layer.command import CommandField, Tag, response
from dimse.upper_layer.errors import AbortSource, UpperLayerError


class _DestinationLostError(Exception):
    """The association with the destination ended amid the sub-operations."""


def move(session: Session, message: Message) -> None:
    """Answer a C-MOVE: send what is asked for to a registered destination."""
    title = message.command.text(Tag.MOVE_DESTINATION)
    destination = move_destination(session.peer, title)
    if destination is None:
        session.association.discard_data()
        unknown = response(message.command, Retrieve.MOVE_DESTINATION_UNKNOWN)
        session.association.send(message.context, unknown)
        return
    _Move(session, message, destination).run()


class _Move(Retrieval):
    def __init__(self, session: Session, message: Message, destination: Peer) -> None:
        super().__init__(session, message)
        self._destination = destination

    @property
    def target(self) -> str:
        return self._destination.ae_title

    def send_all(self, wanted: Sequence[Wanted]) -> None:
        for batch in batches(wanted):
            try:
                association = call(self._destination, batch.contexts)
            except UpperLayerError as error:
                self.fail_rest(batch.wanted, str(error))
                continue
            self._send_batch(association, batch.wanted)

    def _send_batch(self, association: Association, wanted: list[Wanted]) -> None:
        originator = self.session.peer.ae_title, self.message.command.message_id
        user = StoreUser(association, lambda number: _status(association, number), originator)
        try:
            self.send_each(user, wanted)
            association.release()
        except _DestinationLostError as error:
            association.abort(AbortSource.SERVICE_USER)
            self.fail_rest(wanted, str(error))
        except BaseException:  # cancelled, or the requestor is gone
            association.abort(AbortSource.SERVICE_USER)
            raise

    def send_one(self, user: StoreUser, item: Wanted, instance: Instance) -> None:
        try:
            super().send_one(user, item, instance)
        except (UpperLayerError, EOFError) as error:
            raise _DestinationLostError(str(error)) from error


def _status(association: Association, message_id: int) -> int:
    return response_to(association, CommandField.C_STORE, message_id).number(Tag.STATUS)
