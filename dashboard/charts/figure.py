"""A drawing as a page shows it, with its table, and as paper does, without."""

from functools import singledispatch

from markupsafe import Markup

from dashboard.charts import bars, heatmap, line, maps
from dashboard.charts.ink import join, styled, tag
from dashboard.charts.table import html, table
from dashboard.charts.values import Bars, Drawing, Funnel, Grid, Places, Series
from dashboard.languages import Language


@singledispatch
def svg(drawing: Drawing, language: Language, width: int | None = None) -> Markup:
    """The drawing alone; `width` in pixels for paper, None for a page."""
    raise TypeError(f"No drawing is known for {type(drawing).__name__}.")


svg.register(Series, line.draw)
svg.register(Grid, heatmap.draw)
svg.register(Bars, bars.draw)
svg.register(Funnel, bars.draw_funnel)
svg.register(Places, maps.draw)


def figure(drawing: Drawing, language: Language) -> Markup:
    """What a page shows. Bars are their own table: nothing is hidden that could be read."""
    if isinstance(drawing, Bars):
        lengths = tuple(row.value for row in drawing.rows)
        return tag("div", html(table(drawing, language), lengths, drawing.longest), class_="ranked")
    return tag(
        "figure",
        _legend(drawing, language),
        svg(drawing, language),
        _source(drawing, language),
        _table(drawing, language),
        class_="chart",
        data_chart=_kind(drawing),
    )


def _kind(drawing: Drawing) -> str:
    return drawing.area if isinstance(drawing, Places) else type(drawing).__name__.lower()


def _table(drawing: Drawing, language: Language) -> Markup:
    return tag(
        "details",
        tag("summary", language.gettext("The figures in a table")),
        tag("div", html(table(drawing, language)), class_="scroll"),
    )


def _legend(drawing: Drawing, language: Language) -> Markup:
    if isinstance(drawing, Series) and drawing.before_name:
        keys = (("line", drawing.name), ("before", drawing.before_name))
        return tag("p", join([_key(style, name) for style, name in keys]), class_="legend")
    return Markup("")


def _key(style: str, name: str) -> Markup:
    mark = styled("path", style, d="M0 6h24")
    drawn = tag("svg", mark, width=24, height=12, aria_hidden="true", focusable="false")
    return tag("span", drawn, name)


def _source(drawing: Drawing, language: Language) -> Markup:
    if not isinstance(drawing, Places):
        return Markup("")
    text = language.gettext("Outlines: %(source)s") % {"source": maps.ATTRIBUTION}
    return maps.legend(drawing, language) + tag("p", text, class_="source")
