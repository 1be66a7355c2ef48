"""From the text of a setting to its value. A ValueError says what would be allowed."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Parse = Callable[[str], Any]


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


def long_text(least_chars: int) -> Parse:
    def parse(value: str) -> str:
        if 0 < len(value) < least_chars:
            raise ValueError(f"at least {least_chars} characters")
        return value

    return parse


def scheme(example: str, *schemes: str, optional: bool = False) -> Parse:
    def parse(value: str) -> str:
        if not (optional and not value) and urlsplit(value).scheme not in schemes:
            raise ValueError(f"an address such as {example}")
        return value

    return parse


def web_origin(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ValueError("an address such as https://stats.example.fr")
    return value.rstrip("/")


def networks(value: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    for name in names:
        try:
            ip_network(name, strict=False)
        except ValueError:
            raise ValueError("addresses or networks such as 10.0.0.0/8,::1") from None
    return names
