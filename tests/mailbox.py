"""A real mail server that keeps what it takes, for tests that send."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.live import free_port


class Mailbox:
    """What arrived, in order; `wait_for` waits until so many did."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], Message]] = []
        # Replies to RCPT by address, instead of taking the mail.
        self.refusals: dict[str, str] = {}
        self._arrived = threading.Condition()
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, *words: Any) -> str:
        """Take a recipient, unless a test refuses them."""
        address = words[0]
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a message."""
        message = message_from_bytes(envelope.content, policy=default)
        with self._arrived:
            self.messages.append((list(envelope.rcpt_tos), message))
            self._arrived.notify_all()
        return "250 taken"

    def wait_for(self, count: int, seconds: float = 30) -> list[tuple[list[str], Message]]:
        """Return the messages once there are `count`."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.messages) >= count, seconds)
            return list(self.messages)

    def ids_to(self, address: str) -> list[str]:
        """Return the Message-IDs of what an address got, in order."""
        found = [message for to, message in self.messages if to == [address]]
        return [str(message["Message-ID"]) for message in found]

    def environment(self) -> dict[str, str]:
        """Return the variables of a NOCTIS that sends here."""
        return {
            "NOCTIS_EMAIL_HOST": "127.0.0.1",
            "NOCTIS_EMAIL_PORT": str(self.port),
            "NOCTIS_EMAIL_TLS": "0",
        }


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """Run a mail server until the end of the block."""
    mailbox = Mailbox()
    mailbox.port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
