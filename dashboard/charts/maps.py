"""France with its overseas territories, and the world: the more, the darker.

Outlines: Natural Earth, public domain; `maps/build.py` makes the files that are read here.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from unicodedata import normalize

from markupsafe import Markup

from dashboard.charts.ink import LEVELS, level, sheet, styled, tag
from dashboard.charts.values import Area, Place, Places
from dashboard.languages import Language
from schema.languages import N_

OUTLINES = Path(__file__).parent / "outlines"
ATTRIBUTION = "Natural Earth"

_NOTHING = Markup("")

ISLANDS: Mapping[str, str] = {
    "GP": N_("Guadeloupe"),
    "MQ": N_("Martinique"),
    "GF": N_("French Guiana"),
    "RE": N_("Réunion"),
    "YT": N_("Mayotte"),
    "NC": N_("N. Caledonia"),
    "PF": N_("Fr. Polynesia"),
    "PM": N_("St Pierre-Miq."),
    "MF": N_("St Martin"),
    "BL": N_("St Barthélemy"),
    "WF": N_("Wallis-Futuna"),
}
"""Short, for each stands in a small frame."""

# Files of places that know no French name a region in English.
_ENGLISH = {"brittany": "bretagne", "normandy": "normandie", "corsica": "corse"}


@dataclass(frozen=True, slots=True)
class _Known:
    names: Mapping[str, str]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class _Shape:
    """One place of an outline. Nearly all of a map is empty on most pages: that is written once."""

    place: str
    path: str
    before: Markup = _NOTHING
    after: Markup = _NOTHING

    @cached_property
    def folded(self) -> str:
        return _folded(self.place)

    @cached_property
    def empty(self) -> Markup:
        return self.drawn(0)

    def drawn(self, level: int, *titles: Markup) -> Markup:
        shape = styled(
            "path",
            f"level-{level}",
            *titles,
            d=self.path,
            stroke="#ffffff",
            stroke_width=1,
            fill_rule="evenodd",
        )
        return self.before + shape + self.after


def draw(places: Places, language: Language, width: int | None = None) -> Markup:
    sheet_of = _outline(places.area)
    known = _known(places)
    most = max(known.counts.values(), default=0)
    return sheet(
        *[_shape(shape, known, most, language) for shape in _shapes(places.area, language)],
        width=width or "100%",
        height=None if width is None else width * sheet_of["height"] // sheet_of["width"],
        name=places.name,
        viewBox=f"0 0 {sheet_of['width']} {sheet_of['height']}",
    )


def legend(places: Places, language: Language) -> Markup:
    """What light and dark stand for."""
    most = max(_known(places).counts.values(), default=0)
    if not most:
        return Markup("")
    swatches = [
        styled("rect", f"level-{n}", x=(n - 1) * 22, width=20, height=12)
        for n in range(1, len(LEVELS))
    ]
    scale = tag("svg", *swatches, width=110, height=12, aria_hidden="true", focusable="false")
    return tag(
        "p",
        tag("span", language.number(1)),
        scale,
        tag("span", language.number(most)),
        class_="legend",
    )


@cache
def _outline(area: Area) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads((OUTLINES / f"{area}.json").read_text(encoding="utf-8"))
    return read


def _known(places: Places) -> _Known:
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for row in places.rows:
        key = _key(row, places.area)
        counts[key] += row.value
        names.setdefault(key, row.name)
    return _Known(names, counts)


def _key(row: Place, area: Area) -> str:
    """As `_folded` spells it: a country, or in France a region. Overseas, each is a country."""
    country, _, region = row.key.partition("|")
    if area == "world" or country != "FR":
        return country
    folded = _folded(region)
    return _ENGLISH.get(folded, folded)


@cache
def _folded(name: str) -> str:
    """Without accents, signs and capitals: files of places do not agree on them."""
    return "".join(c for c in normalize("NFKD", name).lower() if "a" <= c <= "z")


def _shape(shape: _Shape, known: _Known, most: int, language: Language) -> Markup:
    key = shape.place if shape.place in known.counts else shape.folded
    value = known.counts.get(key, 0)
    if not value:
        return shape.empty
    return shape.drawn(level(value, most), _title(known.names[key], value, language))


def _title(name: str, value: int, language: Language) -> Markup:
    text = language.gettext("%(name)s: %(n)s")
    return tag("title", text % {"name": name, "n": language.number(value)})


@cache
def _shapes(area: Area, language: Language) -> tuple[_Shape, ...]:
    outline = _outline(area)
    return (
        *(_Shape(place, path) for place, path in outline["paths"].items()),
        *(
            _Shape(inset["code"], inset["path"], _frame(inset), _name(inset, language))
            for inset in outline.get("insets", ())
        ),
    )


def _frame(inset: Mapping[str, Any]) -> Markup:
    frame = {name: inset[name] for name in ("x", "y", "width", "height")}
    return styled("rect", "inset", rx=8, **frame)


def _name(inset: Mapping[str, Any], language: Language) -> Markup:
    short = ISLANDS[inset["code"]]
    middle, bottom = inset["x"] + inset["width"] / 2, inset["y"] + inset["height"]
    return styled("text", "island", language.gettext(short), x=middle, y=bottom - 12)
