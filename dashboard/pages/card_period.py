"""The part of a card's page that is about a period: what the reader's tier includes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.requests import Request

from dashboard import drawings
from dashboard.access import Decision, decide
from dashboard.asked import AskedOfOne, asked_of, page_of
from dashboard.charts.figure import figure
from dashboard.choices import choices
from dashboard.contents import contents
from dashboard.drawings import ROWS_SHOWN_MAX
from dashboard.figures.breakdown import breakdowns, starts
from dashboard.figures.live import now
from dashboard.figures.read import Batch, Place
from dashboard.figures.series import series, series_before
from dashboard.figures.steps import steps
from dashboard.figures.totals import stats
from dashboard.figures.values import By, Row
from dashboard.site import Reader
from dashboard.tiles import tiles
from schema.days import local_day
from schema.directory import annotations
from schema.directory.cards import Card
from schema.tiers import CATALOGUE, TIERS

Contents = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Typed:
    """A note that could not be kept, as it was typed, with what is wrong with it."""

    day: str = ""
    text: str = ""
    wrong_day: str = ""
    wrong_text: str = ""


NOTHING_TYPED = Typed()


def period_part(
    request: Request, reader: Reader, card: Card, place: Place, typed: Typed, whole: Batch
) -> tuple[Markup, Contents]:
    """Its text and what the menu says of it. `whole` is what the rest of the page reads of the
    card: without filters, read together."""
    if "trends" not in reader.sections:
        return Markup(), []
    asked = asked_of(_path(request, card), request.query_params, reader, card, place)
    view, period = asked.view, asked.view.choice.period
    today = local_day(place.now_ms, card.zone)
    with place.directory.read() as conn:
        notes = annotations.of_cards(conn, [card.id], period.first, period.last)
    of_now = whole.add(now(whole.question, place.now_ms)) if "complete" in asked.sections else None
    batch = Batch(place, asked.question) if asked.question.filters else whole
    shown = _shown(batch, asked) if asked.question.cards else None
    text = reader.renderer.text(
        "card_period.html",
        reader=reader,
        view=view,
        card=card,
        query=request.url.query,
        today=today,
        choices=choices(view, today, asked.sections, asked.words),
        files=_files(reader, asked),
        notes=notes,
        may_write=decide(reader.role, reader.tier, "note") is Decision.ALLOW,
        typed=typed,
        now=of_now() if of_now else None,
        shown=shown,
    )
    has_visits = bool(shown and shown["visits"])
    return text, contents(asked.sections, has_visits=has_visits)


def _path(request: Request, card: Card) -> str:
    """A guest stays on the page of the shared link."""
    return request.url.path if "token" in request.path_params else page_of(card)


def _files(reader: Reader, asked: AskedOfOne) -> list[tuple[str, str]]:
    """What the reader may take away, of the same days and filters."""
    tier = reader.tier or TIERS[-1]
    query = asked.view.address.partition("?")[2]
    return [
        (kind.upper() if kind != "xlsx" else "Excel", f"{asked.view.path}/export.{kind}?{query}")
        for kind in CATALOGUE[tier].exports
        if decide(reader.role, tier, f"export_{kind}") is Decision.ALLOW
    ]


def _shown(batch: Batch, asked: AskedOfOne) -> dict[str, Any]:
    question, interval = asked.question, asked.view.interval
    counted = batch.add(stats(question))
    now = batch.add(series(question, interval))
    before = batch.add(series_before(question, interval))
    rows = batch.add(breakdowns(question, asked.bys))
    complete = "complete" in asked.sections
    week = batch.add(starts(question)) if complete else None
    way = batch.add(steps(question)) if complete else None

    language, found = asked.language, rows()
    return {
        "tiles": tiles(counted(), now(), asked.sections, language),
        "visits": counted().totals.visits,
        "automatic": counted().automatic,
        "trend": figure(drawings.trend(now(), before(), interval, language), language),
        "maps": [
            figure(drawn, language)
            for drawn in drawings.maps(found["country"], found["region"], asked.words)
        ],
        "lists": {by: _list(by, found[by], asked) for by in asked.bys},
        "week": figure(drawings.week(week(), language), language) if week else None,
        "way": figure(drawings.funnel(way(), language), language) if way else None,
    }


def _list(by: By, rows: Sequence[Row], asked: AskedOfOne) -> list[Markup]:
    """What is shown at once, and the rest; nothing of places that nobody knows."""
    if not drawings.tells_places(by, rows):
        return [Markup(), Markup()]
    drawn = drawings.bars(by, rows, asked.words, asked.view.filtered)
    parts = drawings.split(drawn, ROWS_SHOWN_MAX)
    return [figure(part, asked.language) if part.rows else Markup() for part in parts]
