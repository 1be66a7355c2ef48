"""From the text of a setting to its value. A ValueError says what would be allowed."""

import re
from collections.abc import Callable
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Parse = Callable[[str], Any]

_BUCKET = re.compile(r"s3://[A-Za-z0-9][A-Za-z0-9.-]+(/[^?#]*)?")


def text(value: str) -> str:
    return value


def path(value: str) -> Path:
    if not value.strip():
        raise ValueError("a path such as ./var")
    return Path(value).expanduser()


def optional_path(value: str) -> Path | None:
    return path(value) if value else None


def whole(least: int, most: int) -> Parse:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(value)

    return parse


def one_of(*allowed: str) -> Parse:
    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return value

    return parse


def scheme(example: str, *schemes: str) -> Parse:
    def parse(value: str) -> str:
        if value.partition("://")[0] not in schemes:
            raise ValueError(f"an address such as {example}")
        return value

    return parse


def mail_server(value: str) -> str:
    if value and not _names_server(value, "smtp", "smtps"):
        raise ValueError("an address such as smtp://user:password@host:587")
    return value


def backup_place(value: str) -> str:
    if value.startswith("s3:") and not _BUCKET.fullmatch(value):
        raise ValueError("a folder, or an address such as s3://bucket/prefix, without keys")
    return value


def time_of_day(value: str) -> time | None:
    try:
        return time.fromisoformat(value) if value else None
    except ValueError:
        raise ValueError("a time such as 03:30") from None


def endpoint(value: str) -> str:
    if value and not _names_server(value, "http", "https"):
        raise ValueError("an address such as https://s3.fr-par.scw.cloud")
    return value.rstrip("/")


def web_origin(value: str) -> str:
    """Pages live at the root of their host, so there is nothing after it."""
    rest = urlsplit(value)._replace(scheme="", netloc="").geturl()
    if value and (not _names_server(value, "http", "https") or rest not in ("", "/")):
        raise ValueError("an address such as https://stats.example.fr")
    return value.rstrip("/")


def _names_server(address: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number, a bracket that is not closed
        return False
    spaced = any(sign.isspace() for sign in address)
    return parts.scheme in schemes and bool(host) and port != 0 and not spaced


def networks(value: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    for name in names:
        try:
            ip_network(name, strict=False)
        except ValueError:
            raise ValueError("addresses or networks such as 10.0.0.0/8,::1") from None
    return names
