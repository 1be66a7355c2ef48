"""A real SMTP server on loopback that keeps what it was given."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import monotonic, sleep
from typing import Any

from aiosmtpd.controller import Controller

from schema.testing.server import free_port

WAIT_S = 10


class Mailbox:
    def __init__(self) -> None:
        self.server = ""
        self.mails: list[EmailMessage] = []
        self.refused: set[str] = set()
        """Addresses that take no mail."""

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refused:
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        read = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append(read)
        return "250 OK"

    def wait(self, n: int = 1) -> list[EmailMessage]:
        """Mails go out after the answer of the page."""
        end_s = monotonic() + WAIT_S
        while len(self.mails) < n and monotonic() < end_s:
            sleep(0.01)
        return self.mails


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        box.server = f"smtp://127.0.0.1:{port}"
        yield box
    finally:
        controller.stop()
