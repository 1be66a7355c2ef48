"""Handing a mail over where nobody can be told that it was refused: the log is."""

import structlog

from schema.errors import BaliseError
from schema.mail import Mail, PostOffice

_log = structlog.get_logger()


def is_sent(post: PostOffice, mail: Mail) -> bool:
    try:
        post.send(mail)
    except BaliseError as error:
        _log.error("mail_not_sent", error=str(error))
        return False
    return True
