"""The document of several cards, an account or a group: side by side, summed and crossed."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.asked_of_several import AskedOfSeveral
from dashboard.exports import parts
from dashboard.exports.document import Column, Report, Row, Subject
from dashboard.figures.cross import COLUMNS, cross
from dashboard.figures.read import Batch, Place
from dashboard.figures.series import series, series_before
from dashboard.figures.totals import stats, totals_of_cards
from dashboard.figures.values import CardTotals, Cross
from dashboard.figures.values import Column as CrossColumn
from dashboard.words import CROSSED
from schema.metrics import BY_NAME

WEAK = BY_NAME["click_rate"]
"""Its definition says how many views a rate needs."""


def report(place: Place, asked: AskedOfSeveral, *, on_paper: bool) -> Report:
    """On paper without the cross tables: as rows they fill hundreds of pages that nobody reads."""
    batch = Batch(place, asked.question)
    counted = batch.add(stats(asked.question))
    subjects = tuple(_subjects(batch, asked, () if on_paper else COLUMNS))
    return parts.report(
        place, asked, counted(), subjects, title=asked.name, address="", zones=asked.zones
    )


def _subjects(
    batch: Batch, asked: AskedOfSeveral, columns: Sequence[CrossColumn]
) -> Iterable[Subject]:
    question = asked.question
    now = batch.add(series(question, asked.view.interval))
    before = batch.add(series_before(question, asked.view.interval))
    cards = batch.add(totals_of_cards(question))
    crossed = [batch.add(cross(question, by)) for by in columns]
    yield parts.trend(now(), before(), asked)
    yield _side_by_side(cards(), asked)
    for each in crossed:
        yield _crossed(each(), asked)


def _side_by_side(found: Sequence[CardTotals], asked: AskedOfSeveral) -> Subject:
    names = _names(asked)
    return Subject(
        "cards",
        asked.language.gettext("Cards"),
        (
            Column(asked.language.gettext("Card"), "text"),
            *parts.counted_columns(asked.language),
            parts.column("contact_rate", "rate", asked.language),
        ),
        lambda: [
            (names[each.card], *parts.counts(each.totals), each.totals.contact_rate)
            for each in found
        ],
        note=asked.language.gettext("Someone who looked at two cards is counted once on each."),
    )


def _crossed(found: Cross, asked: AskedOfSeveral) -> Subject:
    """One row for each card and key, which any spreadsheet turns into a table of its own."""
    head = asked.language.gettext(CROSSED[found.by])
    return Subject(
        f"cards_{found.by}",
        f"{asked.language.gettext('Cards')} × {head}",
        (
            Column(asked.language.gettext("Card"), "text"),
            Column(head, "text"),
            parts.column("views", "count", asked.language),
            parts.column("contact_clicks", "count", asked.language),
            parts.column("click_rate", "rate", asked.language),
        ),
        lambda: _cells(found, asked),
        note=asked.language.gettext(WEAK.definition),
    )


def _cells(found: Cross, asked: AskedOfSeveral) -> Iterable[Row]:
    names, keys = _names(asked), _keys(found, asked)
    for card, cells in found.rows.items():
        for key, cell in zip(keys, cells, strict=True):
            if cell.views or cell.contact_clicks:
                yield names[card], key, cell.views, cell.contact_clicks, cell.click_rate


def _keys(found: Cross, asked: AskedOfSeveral) -> Sequence[str]:
    if found.by == "hour":
        return [asked.language.hour(int(key)) for key in found.keys]
    return [asked.words.name(found.by, key) for key in found.keys]


def _names(asked: AskedOfSeveral) -> Mapping[str, str]:
    return {card.id: card.name for card in asked.question.cards}
