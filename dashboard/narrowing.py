"""What a form offers to narrow figures to: one item, one kind of device, one button. Pure.

Where a page has no list of them to choose from, as for all cards together: nothing is read for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from dashboard.drawings import Words
from dashboard.filters import DEVICES, UNKNOWN, params
from dashboard.view import View
from dashboard.words import DIMENSIONS
from schema.languages import N_
from schema.targets import TARGETS

NAMES = ("item", "device", "target")
ALL = N_("All")


@dataclass(frozen=True, slots=True)
class Select:
    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    """Values as they stand in the address, and their words."""
    chosen: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    selects: tuple[Select, ...]
    kept: tuple[tuple[str, str], ...]
    """What the form sends along, so that days and other filters stay."""


def narrowing(view: View, items: Sequence[tuple[str, str]], words: Words) -> Narrowing:
    """`items`: their codes and words."""
    offered = {
        "item": ((UNKNOWN, words.name("item", "")), *items),
        "device": tuple((each, words.name("device", each)) for each in DEVICES),
        "target": tuple((each.name, words.name("target", each.name)) for each in TARGETS),
    }
    gettext, chosen = words.language.gettext, params(view.filters)
    return Narrowing(
        tuple(
            Select(
                name,
                gettext(DIMENSIONS[name]),
                (("", gettext(ALL)), *offered[name]),
                chosen.get(name, ""),
            )
            for name in NAMES
        ),
        _kept(view),
    )


def _kept(view: View) -> tuple[tuple[str, str], ...]:
    others = tuple((name, value) for name, value in view.filters if name not in NAMES)
    return tuple(parse_qsl(urlsplit(replace(view, filters=others).address).query))
