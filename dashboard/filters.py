"""Which visits a reader asks about: filters that combine and live in the address.

A filter names one value of one breakdown; a visit is in when it fits all of them. `unknown` in the
address stands for what could not be found out, which the tables keep without a name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from dashboard.period import Problem
from schema.ids import is_id
from schema.languages import N_
from schema.targets import TARGET_NAMES
from schema.wire import MEDIA, UNKNOWN_MEDIUM

UNKNOWN = "unknown"
SITE_SOURCES = ("search", "social", "messaging", "mail", "directory", "site", "direct")
"""What brings a visitor when no medium does: kinds of referring sites, and none."""
SOURCES = (*MEDIA, *SITE_SOURCES)
DEVICES = ("mobile", "tablet", "desktop")
TEXT_CHARS_MAX = 200

_COUNTRY = re.compile("[A-Z]{2}", re.ASCII)
_LANGUAGE = re.compile("[A-Za-z0-9-]{1,35}", re.ASCII)


def _one_of(*names: str) -> Callable[[str], bool]:
    return frozenset(names).__contains__


def _place(parts: int) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        found = text.split("|")
        return len(found) == parts and _COUNTRY.fullmatch(found[0]) is not None

    return fits


def _printable(text: str) -> bool:
    return text.isprintable()


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something visits can be filtered and broken down by."""

    name: str
    fits: Callable[[str], bool]
    """Whether a text can be one of its values at all."""
    unknown: str = ""
    """Its value where it could not be found out."""


DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("source", _one_of(*SOURCES)),
    Dimension("medium", _one_of(*MEDIA, UNKNOWN_MEDIUM)),
    Dimension("item", is_id),
    Dimension("referrer", _printable),
    Dimension("country", lambda text: _COUNTRY.fullmatch(text) is not None),
    Dimension("region", _place(2), "|"),
    Dimension("city", _place(3), "||"),
    Dimension("device", _one_of(*DEVICES)),
    Dimension("browser", _printable),
    Dimension("os", _printable),
    Dimension("language", lambda text: _LANGUAGE.fullmatch(text) is not None),
    Dimension("target", _one_of(*TARGET_NAMES)),
)
BY_NAME: Mapping[str, Dimension] = {each.name: each for each in DIMENSIONS}

PLACES: Mapping[str, tuple[str, ...]] = {
    "region": ("country", "region"),
    "city": ("country", "region", "city"),
}
"""Told with what they are in, so that two places of one name stay apart."""

Filters = tuple[tuple[str, str], ...]
"""Pairs of a dimension and its value, in the order of `DIMENSIONS`, each dimension at most once."""


def choose(params: Mapping[str, str]) -> tuple[Filters, tuple[Problem, ...]]:
    chosen: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for dimension in DIMENSIONS:
        text = params.get(dimension.name, "").strip()
        if not text:
            continue
        if text == UNKNOWN:
            chosen.append((dimension.name, dimension.unknown))
        elif len(text) <= TEXT_CHARS_MAX and dimension.fits(text):
            chosen.append((dimension.name, text))
        else:
            problems.append(_unknown(dimension.name, text))
    return tuple(chosen), tuple(problems)


def params(filters: Filters) -> dict[str, str]:
    """As they stand in an address."""
    return {name: UNKNOWN if value == BY_NAME[name].unknown else value for name, value in filters}


def toggled(filters: Filters, name: str, value: str) -> Filters:
    """The same with this one added, changed, or, when it is there already, taken away."""
    had = dict(filters)
    if had.get(name) == value:
        del had[name]
    else:
        had[name] = value
    return tuple((each.name, had[each.name]) for each in DIMENSIONS if each.name in had)


def address(path: str, *given: Mapping[str, str]) -> str:
    merged = {name: value for each in given for name, value in each.items() if value}
    return f"{path}?{urlencode(merged)}" if merged else path


def _unknown(name: str, text: str) -> Problem:
    shown = text if len(text) <= TEXT_CHARS_MAX else f"{text[:TEXT_CHARS_MAX]}…"
    return Problem(
        name, N_("“%(value)s” cannot be found here. Choose from the list."), {"value": shown}
    )
