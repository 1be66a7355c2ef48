"""France with its overseas territories, and the world: the more, the darker.

Outlines: Natural Earth, public domain; `maps/build.py` makes the files that are read here.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from markupsafe import Markup

from dashboard.charts.ink import LEVELS, join, level, sheet, styled, tag
from dashboard.charts.values import Area, Place, Places
from dashboard.languages import Language

OUTLINES = Path(__file__).parent / "outlines"
ATTRIBUTION = "Natural Earth"
NAME_SIZE = 24
"""In units of the drawing: ten pixels on the narrowest phone."""

# Files of places that know no French name a region in English.
_ENGLISH = {"brittany": "bretagne", "normandy": "normandie", "corsica": "corse"}


@dataclass(frozen=True, slots=True)
class _Known:
    names: Mapping[str, str]
    counts: Mapping[str, int]


def draw(places: Places, language: Language, width: int | None = None) -> Markup:
    outline = _outline(places.area)
    known = _known(places)
    most = max(known.counts.values(), default=0)
    return sheet(
        *[_shape(place, path, known, most, language) for place, path in outline["paths"].items()],
        *[_inset(inset, known, most, language) for inset in outline.get("insets", ())],
        width=width or "100%",
        height=None if width is None else width * outline["height"] // outline["width"],
        name=places.name,
        viewBox=f"0 0 {outline['width']} {outline['height']}",
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


def _shape(
    place: str, path: str, known: _Known, most: int, language: Language, **more: object
) -> Markup:
    key = place if place in known.counts else _folded(place)
    value = known.counts.get(key, 0)
    titles = [_title(known.names[key], value, language)] if value else []
    return styled(
        "path",
        f"level-{level(value, most)}",
        *titles,
        d=path,
        stroke="#ffffff",
        stroke_width=1,
        fill_rule="evenodd",
        **more,
    )


def _title(name: str, value: int, language: Language) -> Markup:
    text = language.gettext("%(name)s: %(n)s")
    return tag("title", text % {"name": name, "n": language.number(value)})


def _inset(inset: Mapping[str, Any], known: _Known, most: int, language: Language) -> Markup:
    middle = inset["x"] + inset["width"] / 2
    bottom = inset["y"] + inset["height"]
    frame = {name: inset[name] for name in ("x", "y", "width", "height")}
    return join(
        [
            styled("rect", "inset", rx=8, **frame),
            _shape(inset["code"], inset["path"], known, most, language),
            styled(
                "text",
                "tick",
                inset["name"],
                x=middle,
                y=bottom - 12,
                text_anchor="middle",
                font_size=NAME_SIZE,
            ),
        ]
    )
