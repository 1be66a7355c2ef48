"""`/cards`: all cards of an account side by side, summed and crossed; and their groups."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import drawings
from dashboard.asked_of_several import (
    Belongings,
    account_asked,
    asked_of_several,
    belongings,
    whose_is_open,
)
from dashboard.charts.figure import figure
from dashboard.choices import ANCHOR, Choice, choices
from dashboard.drawings import Words
from dashboard.figures.cross import COLUMNS, cross
from dashboard.figures.question import Question
from dashboard.figures.read import Batch, Place
from dashboard.figures.series import series, series_before
from dashboard.figures.totals import stats, totals_of_cards
from dashboard.figures.values import OTHERS, CardTotals, Column, Cross
from dashboard.languages import Language
from dashboard.narrowing import narrowing
from dashboard.site import Reader
from dashboard.tiles import change, tiles
from dashboard.view import View
from dashboard.words import CROSSED
from schema.days import local_day
from schema.directory import card_groups
from schema.errors import BadInput
from schema.languages import N_

FIELDS_MAX = 2_001
"""Of the form of a group: its name, and each card that can be ticked."""
KEYS_MAX = 12
"""Columns of the cross table; hours have all of theirs."""
FILES = (("CSV", "csv"), ("PDF", "pdf"), ("Excel", "xlsx"))
BAD_NAME = N_("Give the group a name of at most one line.")


def show(request: Request, reader: Reader) -> Response:
    if whose_is_open(reader, request.query_params):
        return RedirectResponse("/ops/accounts", 303)
    return _page(request, reader)


def group(request: Request, reader: Reader) -> Response:
    """The group becomes the cards that were ticked; without any, it is gone."""
    account = reader.someone.account or ""
    name = reader.form.get("name", "")
    ticked = [field.removeprefix("card-") for field in reader.form if field.startswith("card-")]
    try:
        with reader.site.directory.write() as conn:
            card_groups.put(conn, account, name, ticked)
    except BadInput:
        return _page(request, reader, typed=name, ticked=ticked, wrong=BAD_NAME)
    return RedirectResponse("/cards#groups", 303)


def _page(
    request: Request,
    reader: Reader,
    *,
    typed: str = "",
    ticked: Sequence[str] = (),
    wrong: str = "",
) -> Response:
    site, params = reader.site, request.query_params
    place = Place(site.store, site.directory, site.clock())
    own = belongings(site.directory, account_asked(reader, params))
    group = params.get("group", "")
    group = group if group in own.groups else ""
    if not own.of_group(group):
        return reader.renderer.page("together.html", reader=reader, cards=[])
    by = params.get("by", COLUMNS[0])
    asked = asked_of_several(params, group, reader, own, place)
    view, words, question = _with_also(asked.view, params, by), asked.words, asked.question
    today = max(local_day(place.now_ms, card.zone) for card in own.of_group(group))
    return reader.renderer.page(
        "together.html",
        reader=reader,
        cards=own.cards,
        view=view,
        choices=choices(view, today, reader.sections, words),
        narrowing=narrowing(view, _items(own, group), words),
        groups=_group_choices(view, own.groups, words.language),
        files=_files(view),
        crossings=_crossings(view, by, words.language),
        shown=_shown(place, question, view, by, words) if question.cards else None,
        members=own.groups,
        may_group=reader.role == "owner",
        typed=typed,
        ticked=ticked,
        wrong=wrong,
    )


def _with_also(view: View, params: QueryParams, by: str) -> View:
    also = {
        "account": params.get("account", ""),
        **dict(view.also),
        "by": by if by in COLUMNS else "",
    }
    return replace(view, also=tuple(also.items()))


def _files(view: View) -> list[tuple[str, str]]:
    """What can be taken away: every tier that has this page has all of them."""
    query = view.address.partition("?")[2]
    return [(name, f"/cards/export.{kind}?{query}") for name, kind in FILES]


def _items(own: Belongings, group: str) -> list[tuple[str, str]]:
    """Each with its card, for several cards have one at the same fair."""
    names = {card.id: card.name for card in own.of_group(group)}
    return sorted(
        (
            (item.code, f"{item.label}, {names[item.card]}")
            for item in own.items
            if item.card in names
        ),
        key=itemgetter(1),
    )


def _group_choices(view: View, groups: Mapping[str, object], language: Language) -> list[Choice]:
    if not groups:
        return []
    chosen = dict(view.also)["group"]
    named = {"": language.gettext("All cards"), **{name: name for name in groups}}
    return [
        (text, view.with_also("group", name) + ANCHOR, name == chosen)
        for name, text in named.items()
    ]


def _crossings(view: View, by: str, language: Language) -> list[Choice]:
    return [
        (language.gettext(CROSSED[each]), view.with_also("by", each) + "#cross", each == by)
        for each in COLUMNS
    ]


def _shown(place: Place, question: Question, view: View, by: str, words: Words) -> dict[str, Any]:
    column: Column = next((each for each in COLUMNS if each == by), COLUMNS[0])
    batch = Batch(place, question)
    counted = batch.add(stats(question))
    apart = batch.add(totals_of_cards(question))
    crossed = batch.add(cross(question, column))
    now = batch.add(series(question, view.interval))
    before = batch.add(series_before(question, view.interval))
    language = words.language
    return {
        "tiles": tiles(counted(), now(), frozenset(("complete",)), language),
        "trend": figure(drawings.trend(now(), before(), view.interval, language), language),
        "rows": _rows(apart(), question, language),
        "cross": _table(crossed(), view, words),
        "names": {card.id: card.name for card in question.cards},
        "visits": counted().totals.visits,
        "automatic": counted().automatic,
    }


def _rows(apart: Sequence[CardTotals], question: Question, language: Language) -> list[Any]:
    names = {card.id: card.name for card in question.cards}
    ordered = sorted(apart, key=lambda each: (-each.totals.views, names[each.card]))
    return [
        (each.card, names[each.card], each.totals, change(each.totals.views, each.previous.views))
        for each in ordered
    ]


def _table(found: Cross, view: View, words: Words) -> dict[str, Any]:
    shown = found.keys if found.by == "hour" else found.keys[:KEYS_MAX]
    heads = [_head(found.by, key, view, words) for key in shown]
    return {
        "heads": heads,
        "rows": {card: cells[: len(shown)] for card, cells in found.rows.items()},
        "more": len(found.keys) - len(shown),
    }


def _head(by: Column, key: str, view: View, words: Words) -> tuple[str, str]:
    """Its name, and the page of its visits alone; small places taken together have none."""
    if by == "hour":
        return words.language.hour(int(key)), ""
    return words.name(by, key), "" if key == OTHERS else view.filtered(by, key) + ANCHOR
