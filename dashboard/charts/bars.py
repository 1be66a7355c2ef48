"""Bars under their names, and a funnel: bars of which each holds a part of the one before."""

from markupsafe import Markup

from dashboard.charts.ink import join, share, sheet, styled
from dashboard.charts.values import Bar, Bars, Funnel
from dashboard.charts.words import percent
from dashboard.languages import Language

ROW_HEIGHT = 40
BAR_HEIGHT = 8
STEP_HEIGHT = 76
STEP_BAR_HEIGHT = 22
NAME_CHARACTERS_MAX = 48


def draw(bars: Bars, language: Language, width: int | None = None) -> Markup:
    most = max((row.value for row in bars.rows), default=0)
    return sheet(
        *[_row(row, most, n * ROW_HEIGHT, BAR_HEIGHT, language) for n, row in enumerate(bars.rows)],
        width=width or "100%",
        height=max(len(bars.rows), 1) * ROW_HEIGHT,
        name=bars.name,
    )


def draw_funnel(funnel: Funnel, language: Language, width: int | None = None) -> Markup:
    most = max((step.value for step in funnel.steps), default=0)
    return sheet(
        *[_step(funnel, n, most, language) for n in range(len(funnel.steps))],
        width=width or "100%",
        height=len(funnel.steps) * STEP_HEIGHT - 22,
        name=funnel.name,
    )


def _row(row: Bar, most: int, top: int, height: int, language: Language) -> Markup:
    y = top + 24
    return join(
        [
            styled("text", "said", shortened(row.name), x=0, y=top + 16),
            styled(
                "text",
                "number",
                language.number(row.value),
                x="100%",
                y=top + 16,
                text_anchor="end",
            ),
            styled("rect", "track", y=y, width="100%", height=height, rx=4),
            styled("rect", "mark", y=y, width=share(row.value, most), height=height, rx=4),
        ]
    )


def _step(funnel: Funnel, n: int, most: int, language: Language) -> Markup:
    top = n * STEP_HEIGHT
    drawn = _row(funnel.steps[n], most, top, STEP_BAR_HEIGHT, language)
    if n + 1 == len(funnel.steps):
        return drawn
    if not funnel.steps[n].value:
        return drawn
    kept = percent(funnel.steps[n + 1].value, funnel.steps[n].value, language)
    text = language.gettext("↓ %(share)s go on") % {"share": kept}
    return drawn + styled("text", "tick", text, x=0, y=top + STEP_HEIGHT - 12)


def shortened(name: str) -> str:
    """A visitor's text may be of any length; the table has it whole."""
    if len(name) <= NAME_CHARACTERS_MAX:
        return name
    return name[: NAME_CHARACTERS_MAX - 1].rstrip() + "…"
