"""The tokens of the design system: contrast as WCAG 2.2 AA asks for it, in light and in dark."""

import re
from itertools import pairwise

import pytest

from dashboard.charts import ink
from dashboard.looks import FOLDER
from dashboard.pages.design import COLOURS, LEVELS, SPACES

CSS = (FOLDER / "dashboard.css").read_text(encoding="utf-8")
CHARTS = (FOLDER / "charts.css").read_text(encoding="utf-8")
TEXT, MARK = 4.5, 3.0

PAIRS = (
    # what, on what, at least
    ("ink", "paper", TEXT),
    ("ink", "sheet", TEXT),
    ("ink", "sea-soft", TEXT),
    ("soft", "paper", TEXT),
    ("soft", "sheet", TEXT),
    ("soft", "sea-soft", TEXT),
    ("sea", "paper", TEXT),
    ("sea", "sheet", TEXT),
    ("sea", "sea-soft", TEXT),
    ("on-sea", "sea", TEXT),
    ("warn", "warn-soft", TEXT),
    ("warn", "sheet", TEXT),
    ("before", "sheet", MARK),
    ("edge", "paper", MARK),
    ("edge", "sheet", MARK),
)


def _tokens(part):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))


LIGHT = _tokens(CSS.partition("@media screen and (prefers-color-scheme: dark)")[0])
DARK = LIGHT | _tokens(CSS.partition("@media screen and (prefers-color-scheme: dark)")[2])


def _luminance(colour):
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("what", "ground", "least"), PAIRS)
def test_text_and_marks_stand_out_from_their_ground(theme, what, ground, least):
    assert _contrast(theme[what], theme[ground]) >= least


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_each_level_differs_from_the_next_in_lightness_and_goes_one_way(theme):
    shades = [_luminance(theme[name]) for name in LEVELS]
    assert shades in (sorted(shades), sorted(shades, reverse=True))
    steps = [_contrast(theme[a], theme[b]) for a, b in pairwise(LEVELS)]
    assert min(steps) > 1.09


def test_drawings_on_paper_have_the_light_theme():
    names = {"sea": ink.SEA, "sea-soft": ink.SEA_SOFT, "ink": ink.INK, "soft": ink.SOFT}
    names |= {"line": ink.LINE, "sheet": ink.SHEET, "before": ink.BEFORE}
    names |= dict(zip(LEVELS, ink.LEVELS, strict=True))
    assert names == {name: LIGHT[name] for name in names}


def test_every_class_that_is_drawn_has_a_rule_that_follows_the_theme():
    assert [name for name in ink.STYLES if f".c-{name}" not in CHARTS] == []


def test_dark_names_the_same_colours_as_light():
    assert set(_tokens(CSS.partition("(prefers-color-scheme: dark)")[2])) == set(LIGHT)


def test_the_design_page_shows_every_token_and_the_style_sheet_no_other_colour():
    assert {*COLOURS, *LEVELS} <= set(LIGHT)
    assert all(f"--{name}:" in CSS for name in SPACES)
    rules = re.sub(r"--[\w-]+: #[0-9a-f]{6};", "", CSS) + CHARTS
    assert re.findall(r"#[0-9a-f]{3,8}\b(?! *[>{,.:])", rules) == []


def test_nothing_moves_for_those_who_asked_for_stillness():
    for sheet in (CSS, CHARTS):
        outside = re.sub(
            r"@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}", "", sheet, flags=re.S
        )
        assert "animation:" not in outside
        assert "transition:" not in outside
