"""Letting somebody in: a link with which they choose a password.

The page says the same whether or not the address has an access already: the mail is what differs.
"""

from dataclasses import dataclass

from dashboard.mails import is_sent
from dashboard.site import Reader
from schema.directory import invitations, users
from schema.directory.accounts import Account
from schema.directory.invitations import Invitation
from schema.directory.users import Role
from schema.languages import N_
from schema.mail import Mail

ROLES: tuple[Role, ...] = ("viewer", "owner")
SUBJECT = N_("Your access to Balise")
TEXT = N_(
    "Hello,\n\n%(inviter)s lets you see how the cards of %(account)s are used. Choose your "
    "password here within seven days:\n\n%(link)s\n"
)
TAKEN = N_(
    "Hello,\n\n%(inviter)s would like to let you see how the cards of %(account)s are used. But "
    "this address has an access to Balise already, and an address has one only: give them another "
    "address of yours.\n\nYour own access is here:\n\n%(home)s\n"
)


@dataclass(frozen=True, slots=True)
class Invited:
    email: str
    link: str
    mailed: bool
    """Without a mail server the page shows the link, to be handed over in another way."""


def invite(reader: Reader, account: Account, *, email: str, role: str, locale: str) -> Invited:
    """What is no role of the form is the one that may do least."""
    site, now_ms = reader.site, reader.site.clock()
    with site.directory.write() as conn:
        made, token = invitations.invite(
            conn,
            account=account.id,
            email=email,
            role=next((each for each in ROLES if each == role), ROLES[0]),
            locale=locale,
            now_ms=now_ms,
        )
        reader.record(conn, "user.invite", account.id)
    link = f"{site.origin}/invitation/{token}"
    return Invited(made.email, link, _mailed(reader, account, made, link))


def _mailed(reader: Reader, account: Account, made: Invitation, link: str) -> bool:
    site = reader.site
    if not site.post.is_open:
        return False
    with site.directory.read() as conn:
        is_taken = users.by_email(conn, made.email) is not None
    words = site.renderers[made.locale].language
    given = {"inviter": reader.someone.email, "account": account.name}
    given |= {"home": site.origin} if is_taken else {"link": link}
    text = words.gettext(TAKEN if is_taken else TEXT) % given
    return is_sent(site.post, Mail(made.email, words.gettext(SUBJECT), text))
