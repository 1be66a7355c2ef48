"""What may enter the directory. Each check gives the value as it is stored, or refuses it."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from schema.errors import BadInput
from schema.tiers import TIERS, Tier

LOCALES = ("fr", "en")

NAME_CHARS_MAX = 200
JOINERS = dict.fromkeys((0x200C, 0x200D))
"""What holds the parts of an emoji together, and the letters of some scripts: they show nothing."""
URL_CHARS_MAX = 2_000
EMAIL_CHARS_MAX = 254
PASSWORD_CHARS_MIN = 10
PASSWORD_CHARS_MAX = 1_000
"""A bound, so that nobody makes the server hash a megabyte."""

Word = TypeVar("Word", bound=str)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def name(text: str, what: str) -> str:
    stripped = text.strip()
    # Names are printed in terminals and logs: no control character gets that far.
    seen = stripped.translate(JOINERS)
    if not seen or len(stripped) > NAME_CHARS_MAX or not seen.isprintable():
        raise BadInput(
            f"The {what} {text!r} cannot be used; give 1 to {NAME_CHARS_MAX} printable characters."
        )
    return stripped


def one_of(text: str, allowed: Sequence[Word], what: str) -> Word:
    for word in allowed:
        if word == text:
            return word
    near = get_close_matches(text, allowed, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(allowed)}."
    raise BadInput(f"The {what} {text!r} is unknown; {hint}")


def tier(text: str) -> Tier:
    return one_of(text, TIERS, "tier")


def locale(text: str) -> str:
    return one_of(text, LOCALES, "language")


def normal_email(text: str) -> str | None:
    """The one spelling under which an address is stored and looked up; None if it is none."""
    folded = text.strip().casefold()
    plausible = len(folded) <= EMAIL_CHARS_MAX and folded.isprintable()
    return folded if plausible and _EMAIL.fullmatch(folded) else None


def email(text: str) -> str:
    folded = normal_email(text)
    if folded is None:
        raise BadInput(f"{text!r} is not an e-mail address; give one such as 'marie@example.fr'.")
    return folded


def password(text: str) -> str:
    if not PASSWORD_CHARS_MIN <= len(text) <= PASSWORD_CHARS_MAX:
        raise BadInput(
            f"The password has {len(text)} characters; give at least {PASSWORD_CHARS_MIN} and at "
            f"most {PASSWORD_CHARS_MAX}."
        )
    return text


def url(text: str) -> str:
    if _web_address(text) is None or len(text) > URL_CHARS_MAX:
        raise BadInput(
            f"The address {text!r} cannot be used; give one such as 'https://carte.example.fr/marie'."
        )
    return text


def origin(text: str) -> str:
    """As a browser writes it in its Origin header: lower case, ASCII host, no default port."""
    parts = _web_address(text)
    if parts is None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadInput(
            f"The origin {text!r} cannot be used; give scheme and host, such as "
            "'https://carte.example.fr'."
        )
    return _origin_of(parts)


def origin_of(address: str) -> str:
    return _origin_of(urlsplit(url(address)))


def _origin_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _web_address(text: str) -> SplitResult | None:
    # urlsplit drops tabs and line ends without a word, so they are looked for first.
    if not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        wrong = parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc
        return None if wrong or not _origin_of(parts) else parts
    except ValueError:  # a port that is no number, a host that is no name
        return None
