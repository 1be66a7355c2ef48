"""Identifiers: opaque, drawn at random, safe in an address and easy to read aloud in parts."""

import secrets
import string
from hashlib import sha256

ALPHABET = string.ascii_letters + string.digits
CARD_ID_CHARS = 8
PAGE_ID_CHARS = 12
ACCOUNT_ID_CHARS = 10
USER_ID_CHARS = 10
KEY_ID_CHARS = 10
ITEM_CODE_CHARS = 8
SESSION_ID_CHARS = 10
LINK_ID_CHARS = 10
EXPORT_ID_CHARS = 24
ID_CHARS_MAX = 32


def _draw(chars: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(chars))


def new_card_id() -> str:
    return _draw(CARD_ID_CHARS)


def new_account_id() -> str:
    return _draw(ACCOUNT_ID_CHARS)


def new_user_id() -> str:
    return _draw(USER_ID_CHARS)


def new_key_id() -> str:
    return _draw(KEY_ID_CHARS)


def new_session_id() -> str:
    """Names a session to its user; it opens nothing."""
    return _draw(SESSION_ID_CHARS)


def new_link_id() -> str:
    """Names a shared link to its owner; it opens nothing."""
    return _draw(LINK_ID_CHARS)


def new_export_id() -> str:
    """Is the link of a file: nobody guesses it, and it opens nothing to who may not see that."""
    return _draw(EXPORT_ID_CHARS)


def new_item_code() -> str:
    """Short, for small QR codes; a letter first, so that no spreadsheet reads it as a number."""
    return secrets.choice(string.ascii_letters) + _draw(ITEM_CODE_CHARS - 1)


def is_id(text: str) -> bool:
    """Whether a text from outside may be looked up at all: PostgreSQL refuses some characters."""
    return text.isascii() and text.isalnum() and len(text) <= ID_CHARS_MAX


def is_card_id(text: str) -> bool:
    return is_id(text) and len(text) == CARD_ID_CHARS


def is_item_code(text: str) -> bool:
    return is_id(text) and len(text) == ITEM_CODE_CHARS


def new_token() -> str:
    """A secret for sessions, keys and links that let someone in: 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is kept of a token. 256 random bits need no slow hash: there is nothing to guess."""
    return sha256(token.encode()).digest()
