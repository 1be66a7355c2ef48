"""How drawings are written: elements, numbers, and colours that print.

Every shape carries the light theme's colour as an attribute, so a drawing is whole by itself, on
paper and in the PDF; on a page, the stylesheet's rules for the same classes win, in either theme.

A page holds more than a thousand elements. What is alike in many of them is written once per
process: the class of a style with its colours here, outlines and cells where they are drawn.
"""

from collections.abc import Mapping
from functools import cache
from math import ceil, sqrt
from typing import Final

from markupsafe import Markup, escape

from dashboard.plain import clean

SEA: Final = "#0f766e"
SEA_SOFT: Final = "#ddefeb"
INK: Final = "#1b2327"
SOFT: Final = "#566168"
LINE: Final = "#e6e1d8"
SHEET: Final = "#ffffff"
BEFORE: Final = "#8a6d1f"
"""Of what is compared with; also told by its dashes."""

LEVELS: Final = ("#efede8", "#c3e3dd", "#8ecabf", "#4fa79c", "#0f766e", "#073f3b")
"""From nothing to the most, told apart by lightness alone."""

FONT: Final = "Inter, system-ui, sans-serif"
SMALL: Final = 13
TEXT: Final = 15

# What stylesheet and paper agree on: a class, and the attributes it has without a stylesheet.
STYLES: Final[Mapping[str, Mapping[str, object]]] = {
    "line": {"fill": "none", "stroke": SEA, "stroke_width": 2.5, "stroke_linejoin": "round"},
    "area": {"fill": SEA_SOFT},
    "before": {
        "fill": "none",
        "stroke": BEFORE,
        "stroke_width": 1.75,
        "stroke_dasharray": "5 4",
        "stroke_linejoin": "round",
    },
    "rule": {"stroke": LINE, "stroke_width": 1},
    "mark": {"fill": SEA},
    "track": {"fill": SEA_SOFT},
    "tick": {"fill": SOFT, "font_size": SMALL},
    # A rim of paper keeps the number legible where a curve runs behind it.
    "scale": {
        "fill": SOFT,
        "font_size": SMALL,
        "stroke": SHEET,
        "stroke_width": 4,
        "stroke_linejoin": "round",
        "paint_order": "stroke",
    },
    "said": {"fill": INK, "font_size": TEXT},
    "number": {"fill": INK, "font_size": TEXT, "font_weight": 600},
    "inset": {"fill": "none", "stroke": LINE, "stroke_width": 1},
    # In units of the map, with which it grows: ten pixels on the narrowest phone.
    "island": {"fill": SOFT, "font_size": 24, "text_anchor": "middle"},
    **{f"level-{n}": {"fill": colour} for n, colour in enumerate(LEVELS)},
}


def tag(name: str, *inside: Markup | str, **attributes: object) -> Markup:
    """One element. `stroke_width` is written `stroke-width`, `class_` `class`; None is left out."""
    return _element(name, _written(attributes), inside)


def styled(name: str, style: str, *inside: Markup | str, **attributes: object) -> Markup:
    """An element with a class of the stylesheet, and what stands for it on paper."""
    return _element(name, _style(style) + _written(attributes), inside)


def sheet(*inside: Markup, width: object, height: object, name: str, **more: object) -> Markup:
    """The drawing itself: a picture with a name for those who do not see it."""
    return tag(
        "svg",
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        role="img",
        aria_label=name,
        font_family=FONT,
        **more,
    )


def join(parts: list[Markup]) -> Markup:
    return Markup("".join(parts))  # noqa: S704 (each part was escaped)


def said(text: str) -> str:
    """Text as it may stand in an element or an attribute; markup stays what it is."""
    return text if isinstance(text, Markup) else escape(clean(text))


def level(value: int, most: int) -> int:
    """0 for nothing, then 1 to 5. By the root, so that one large place does not hide the others."""
    if value <= 0:
        return 0
    steps = len(LEVELS) - 1
    return max(1, ceil(steps * sqrt(value / most)))


def share(part: float, whole: float) -> str:
    """A length in hundredths of the drawing's width."""
    return f"{_decimal(100 * part / whole if whole else 0.0)}%"


def _element(name: str, written: str, inside: tuple[Markup | str, ...]) -> Markup:
    return Markup(f"<{name}{written}>{''.join(map(said, inside))}</{name}>")  # noqa: S704


@cache
def _style(style: str) -> str:
    return _written({"class_": f"c-{style}", **STYLES[style]})


def _written(attributes: Mapping[str, object]) -> str:
    return "".join(
        [
            f' {_attribute(key)}="{_value(value)}"'
            for key, value in attributes.items()
            if value is not None
        ]
    )


@cache
def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: object) -> str:
    if type(value) is int:
        return str(value)
    return _decimal(value) if isinstance(value, float) else said(str(value))


def _decimal(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
