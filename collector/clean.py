"""What a visitor's browser may write, reduced to closed patterns: what does not fit is nothing.

A browser sends what it likes; only these shapes reach a disk. None can carry a sentence, a path,
a query, a phone number or an e-mail address.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from schema.days import zone_names
from schema.wire import CHANNELS, MEDIA, UNKNOWN_MEDIUM

AGENT_CHARS_MAX = 512

# The last label starts with a letter, so an IP address is not a host.
_HOST = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def medium(text: str) -> str:
    return text if text in MEDIA else UNKNOWN_MEDIUM


def channel(medium: str, item: str) -> str:
    """Through what a card was shared: the one item that is not signed, for anybody may share."""
    return item if medium == "share" and item in CHANNELS else ""


def label(text: str) -> str:
    return text if text and _LABEL.fullmatch(text) else ""


def zone(text: str) -> str:
    return text if text in zone_names() else ""


@lru_cache(maxsize=1024)
def language(text: str) -> str:
    return text if _LANG.fullmatch(text) else ""


@lru_cache(maxsize=4096)
def host(text: str) -> str:
    """The host of a referrer. The script sends a host; a whole address is reduced to its host."""
    try:
        name = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return name if _HOST.fullmatch(name) else ""


@lru_cache(maxsize=4096)
def agent(header: bytes) -> str:
    """A user agent, short and on one line."""
    text = header[:AGENT_CHARS_MAX].decode("latin-1")
    return text if text.isprintable() else _CONTROL.sub("", text)
