"""Mail: plain text to one person, over the server that `BALISE_SMTP` names."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

from schema.errors import BadInput, Unavailable

SECONDS_MAX = 10
_UNFOLDED = SMTP.clone(max_line_length=998)
"""As long as RFC 5322 lets a line be: a long address would be folded into pieces that no program
puts together again."""
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    text: str
    off: str = ""
    """Where one click ends mails of this kind (RFC 8058); empty: they cannot be ended."""


@dataclass(frozen=True, slots=True)
class PostOffice:
    server: str
    """`smtp://user:password@host:587`, `smtps://…`; empty: nothing can be sent."""
    sender: str

    @property
    def is_open(self) -> bool:
        return bool(self.server)

    def send(self, mail: Mail) -> None:
        message = EmailMessage(policy=_UNFOLDED)
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        # Answers of machines (absences, receipts) have nobody to go to.
        message["Auto-Submitted"] = "auto-generated"
        if mail.off:
            message["List-Unsubscribe"] = f"<{mail.off}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(mail.text)
        try:
            with connected(self.server) as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused:
            raise BadInput(
                f"The mail server {host_of(self.server)} refuses the address {mail.to}; correct it."
            ) from None
        except OSError as error:  # an SMTPException is one
            raise Unavailable(
                f"The mail server {host_of(self.server)} did not take a message: {reason(error)}."
            ) from None


def sender_of(origin: str) -> str:
    """Who mails come from: the host of our own pages."""
    return f"Balise <no-reply@{urlsplit(origin).hostname}>"


def host_of(server: str) -> str:
    parts = urlsplit(server)
    return f"{parts.hostname or ''}:{parts.port or _PORTS[parts.scheme]}"


@contextmanager
def connected(server: str, *, seconds_max: int = SECONDS_MAX) -> Iterator[smtplib.SMTP]:
    """Signed in where the address names a user, encrypted where the server can."""
    parts = urlsplit(server)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    client = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with client(host, port, timeout=seconds_max) as connection:
        connection.ehlo()
        if parts.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls()
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        yield connection


def reason(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error  # bytes from a server, text from smtplib itself
        return said.decode(errors="replace") if isinstance(said, bytes) else said
    return error.strerror or type(error).__name__
