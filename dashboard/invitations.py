"""Letting somebody in: a user without a password, and a link with which they choose one."""

import secrets
from dataclasses import dataclass

import structlog

from dashboard.site import Reader
from schema.directory import tickets, users
from schema.directory.accounts import Account
from schema.directory.users import User
from schema.errors import BaliseError
from schema.languages import N_
from schema.mail import Mail

ROLES = ("viewer", "owner")
SUBJECT = N_("Your access to Balise")
TEXT = N_(
    "Hello,\n\n%(inviter)s lets you see how the cards of %(account)s are used. Choose your "
    "password here within seven days:\n\n%(link)s\n"
)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Invited:
    user: User
    link: str
    mailed: bool
    """Without a mail server the page shows the link, to be handed over in another way."""


def invite(reader: Reader, account: Account, *, email: str, role: str, locale: str) -> Invited:
    """What is no role of the form is the one that may do least."""
    site, now_ms = reader.site, reader.site.clock()
    with site.directory.write() as conn:
        user = users.create(
            conn,
            account=account.id,
            email=email,
            role=role if role in ROLES else ROLES[0],
            password=secrets.token_urlsafe(32),  # nobody knows it: the link sets the first one
            locale=locale,
            now_ms=now_ms,
        )
        token = tickets.issue(conn, user=user.id, purpose="invite", now_ms=now_ms)
        reader.record(conn, "user.invite", user.id)
    link = f"{site.origin}/reset/{token}"
    return Invited(user, link, _mailed(reader, account, user, link))


def _mailed(reader: Reader, account: Account, user: User, link: str) -> bool:
    site = reader.site
    if not site.post.is_open:
        return False
    words = site.renderers[user.locale].language
    given = {"inviter": reader.someone.email, "account": account.name, "link": link}
    try:
        site.post.send(Mail(user.email, words.gettext(SUBJECT), words.gettext(TEXT) % given))
    except BaliseError as error:
        _log.error("mail_not_sent", error=str(error))
        return False
    return True
