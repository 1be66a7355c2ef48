"""Mails to somebody whose access another person may have entered or opened: a recovery code was
used, or ops turned the codes beside the password off. Without mails, the audit trail tells."""

from starlette.background import BackgroundTask

from dashboard.languages import Language
from dashboard.mails import is_sent
from dashboard.site import Site
from schema.directory.users import User
from schema.languages import N_
from schema.mail import Mail, PostOffice

SUBJECT = N_("Signing in to Balise: something has changed")
RECOVERED = N_(
    "Hello,\n\na recovery code of %(email)s was used to sign in; it is good no more.\n\nIf it was "
    "not you, choose another password and make new recovery codes at once:\n\n%(link)s\n"
)
CODES_OFF = N_(
    "Hello,\n\nthe code beside the password of %(email)s was turned off by those who run this "
    "service: the password alone is enough to sign in now. Turn it on again as soon as you have "
    "your telephone:\n\n%(link)s\n\nIf you did not ask for it, choose another password there at "
    "once.\n"
)


def after(site: Site, user: User, text: str) -> BackgroundTask:
    """Sent after the answer, which does not wait for a mail server."""
    words = site.renderers[user.locale].language
    return BackgroundTask(send, site.post, words, site.origin, user, text)


def send(post: PostOffice, words: Language, origin: str, user: User, text: str) -> None:
    """What it tells of has happened already: a mail that is refused is for ops to know."""
    if not post.is_open:
        return
    given = {"email": user.email, "link": f"{origin}/you"}
    is_sent(post, Mail(user.email, words.gettext(SUBJECT), words.gettext(text) % given))
