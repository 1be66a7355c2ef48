"""Tokens that say through which item a visit came, signed so that nobody can make one up.

`<code>.<signature>`: a keyed BLAKE2b over card, code and medium, cut to 72 bits. Only the service
holds the key. Editing the medium in an address changes nothing: it is read out of the signature.
What is printed is only the code; the token is made when it is scanned, so a new key costs no print.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple

from schema.wire import MEDIA

LINK_PATH = "/q/"
SIGNATURE_BYTES = 9
"""12 characters of an address, without padding."""
TRIAL = "trial-"
"""Codes of an owner's own trial visits start so; the hyphen keeps them apart from any item's."""

_PURPOSE = b"balise item"


class Signed(NamedTuple):
    code: str
    medium: str

    @property
    def is_trial(self) -> bool:
        return self.code.startswith(TRIAL)


def short_link(origin: str, code: str) -> str:
    """What is printed."""
    return f"{origin}{LINK_PATH}{code}"


def sign(key: bytes, *, card: str, code: str, medium: str) -> str:
    return f"{code}.{_signature(key, card, code, medium)}"


@lru_cache(maxsize=4096)
def read(key: bytes, card: str, token: str) -> Signed | None:
    """What a token says, if it was signed with this key for this card; else nothing."""
    code, _, signature = token.partition(".")
    if not code or not signature.isascii():
        return None
    for medium in MEDIA:
        if compare_digest(signature, _signature(key, card, code, medium)):
            return Signed(code, medium)
    return None


def _signature(key: bytes, card: str, code: str, medium: str) -> str:
    # Neither a card id nor a medium of ours holds a line break, so no two triples are one message.
    message = f"{card}\n{medium}\n{code}".encode()
    digest = blake2b(message, digest_size=SIGNATURE_BYTES, key=key, person=_PURPOSE)
    return urlsafe_b64encode(digest.digest()).decode()
