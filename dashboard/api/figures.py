"""Figures of one card or of all cards of an account: the numbers of the pages, from the same layer.

A figure that the tier does not include is absent; a question that it does not include is a 403.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from msgspec import UNSET, UnsetType

from dashboard.api.figure_shapes import (
    BreakdownShape,
    CellShape,
    CrossShape,
    Figures,
    LiveShape,
    PointShape,
    RowShape,
    SeriesShape,
    StatsShape,
)
from dashboard.api.operation import Call
from dashboard.api.problems import Problem
from dashboard.figures import live as now
from dashboard.figures.breakdown import breakdown
from dashboard.figures.cross import cross
from dashboard.figures.question import Question
from dashboard.figures.read import Batch, Place, read, shown_alone
from dashboard.figures.series import series
from dashboard.figures.totals import last_visit, stats
from dashboard.figures.values import By, Cell, Column, LastVisit, Totals
from dashboard.included import SECTION_OF_BY, beyond, within
from dashboard.offers import tier_with
from dashboard.period import DAYS_MAX, TODAY
from dashboard.view import View, look
from schema.days import local_day
from schema.directory import cards
from schema.directory.cards import Card
from schema.tiers import Section

SECTION_OF_FIGURE: Mapping[str, Section] = {
    "views": "essentiel",
    "clicks": "essentiel",
    "contact_clicks": "essentiel",
    "visitors": "trends",
    "visits": "trends",
}
"""All others are of the complete dashboard."""


def card_stats(call: Call) -> StatsShape:
    return _stats(call, (call.card,), call.card.id)


def account_stats(call: Call) -> StatsShape:
    return _stats(call, _cards(call), UNSET)


def card_series(call: Call) -> SeriesShape:
    return _series(call, (call.card,))


def account_series(call: Call) -> SeriesShape:
    return _series(call, _cards(call))


def card_breakdown(call: Call) -> BreakdownShape:
    return _breakdown(call, (call.card,))


def account_breakdown(call: Call) -> BreakdownShape:
    return _breakdown(call, _cards(call))


def account_cross(call: Call) -> CrossShape:
    by: Column = call.query.by
    if by != "hour":
        _require(call, SECTION_OF_BY[by])
    question, _ = _asked(call, _cards(call))
    found = read(_place(call), question, cross(question, by))
    rows = {card: [_cell(cell) for cell in cells] for card, cells in found.rows.items()}
    return CrossShape(by, list(found.keys), rows)


def live(call: Call) -> LiveShape:
    site, card = call.site, call.card.id
    counted = now.live(site.store, [card], site.clock()).get(card, now.NOBODY)
    return LiveShape(now.WINDOW_MS // 60_000, **asdict(counted))


def _stats(call: Call, of: tuple[Card, ...], card: str | UnsetType) -> StatsShape:
    question, view = _asked(call, of)
    batch = Batch(_place(call), question)
    counted_of = batch.add(stats(question))
    seen_of = batch.add(last_visit(question))
    counted, seen = counted_of(), seen_of()
    with_trends = "trends" in call.sections
    period = view.choice.period
    return StatsShape(
        card=card,
        account=call.account.id,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        timezone=question.zone,
        totals=_figures(call, counted.totals),
        previous=_previous(call, counted.previous) if with_trends else UNSET,
        automatic=counted.automatic if "complete" in call.sections else UNSET,
        last_visit=_hour(seen),
    )


def _series(call: Call, of: tuple[Card, ...]) -> SeriesShape:
    question, view = _asked(call, of)
    points = read(_place(call), question, series(question, view.interval))
    shown = [
        PointShape(at=point.at.isoformat(), **_included(call, asdict(point))) for point in points
    ]
    return SeriesShape(view.interval, shown)


def _breakdown(call: Call, of: tuple[Card, ...]) -> BreakdownShape:
    by: By = call.query.by
    _require(call, SECTION_OF_BY[by])
    question, _ = _asked(call, of)
    rows = read(_place(call), question, breakdown(question, by))
    shown = [RowShape(key=row.key, **_included(call, asdict(row))) for row in rows]
    return BreakdownShape(by, shown)


def _asked(call: Call, of: tuple[Card, ...]) -> tuple[Question, View]:
    """The days of the latest of the cards' todays, where they are in several zones."""
    place = _place(call)
    today = max(
        (local_day(place.now_ms, card.zone) for card in of), default=local_day(place.now_ms, "UTC")
    )
    view = look("", _days(call, today), today)
    for wrong in view.problems:
        raise Problem(400, f"{wrong.sentence % wrong.values} - at `{wrong.field}`")
    for _, section in beyond(view, call.sections):
        _require(call, section)
    view = within(view, call.sections)
    question = Question(of, view.choice.period, view.choice.before, view.filters)
    return shown_alone(place, question), view


def _days(call: Call, today: date) -> Mapping[str, str]:
    """Without trends as on the page: all days that are kept, or today. Any other days, asked for
    one after the other, would be the trend."""
    params = call.request.query_params
    asked = {name: params[name] for name in ("period", "from", "to") if params.get(name)}
    if "trends" in call.sections or asked == {"period": TODAY}:
        return params
    if asked:
        _require(call, "trends")
    first = today - timedelta(days=DAYS_MAX - 1)
    return {**params, "from": first.isoformat(), "to": today.isoformat()}


def _cards(call: Call) -> tuple[Card, ...]:
    with call.site.directory.read() as conn:
        return tuple(cards.of_account(conn, call.account.id))


def _place(call: Call) -> Place:
    return Place(call.site.store, call.site.directory, call.site.clock())


def _require(call: Call, section: Section) -> None:
    if section not in call.sections:
        tier = tier_with(section)
        raise Problem(
            403, f"The tier {tier} includes it; this one is {call.account.tier}.", tier=tier
        )


def _figures(call: Call, totals: Totals) -> Figures:
    return Figures(**_included(call, asdict(totals)))


def _previous(call: Call, totals: Totals | None) -> Figures | None:
    return _figures(call, totals) if totals else None


def _included(call: Call, figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in figures.items()
        if name in Figures.__struct_fields__
        and SECTION_OF_FIGURE.get(name, "complete") in call.sections
    }


def _hour(visit: LastVisit | None) -> str | None:
    return f"{visit.day}T{visit.hour:02}" if visit else None


def _cell(cell: Cell) -> CellShape:
    return CellShape(cell.views, cell.contact_clicks, cell.click_rate, cell.is_weak)
