"""All that is kept of an account, to take away: what its people typed, and every figure.

Cards and items are CSV, and so are the figures, as on each card's page, for all days that are kept.
The rest of the directory is one file of JSON. Hashes of passwords and secrets stay where they are.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from dashboard.asked import AskedOfOne
from dashboard.drawings import Words
from dashboard.exports import csv_file
from dashboard.exports.archive import File
from dashboard.exports.document import Column, Kind, Row, Subject
from dashboard.exports.of_card import report
from dashboard.figures.question import Question
from dashboard.figures.read import Place
from dashboard.languages import Language
from dashboard.period import DAYS_MAX
from dashboard.view import look
from schema.days import local_day
from schema.directory import (
    accounts,
    alerts,
    annotations,
    audit,
    card_groups,
    cards,
    items,
    keys,
    shared_links,
    users,
)
from schema.directory.cards import Card
from schema.directory.items import Item
from schema.tiers import Section

LINES_MAX = 100_000
"""Of the audit trail that are looked through for those of the account's people."""


def files(
    place: Place, account: str, sections: frozenset[Section], language: Language
) -> Iterator[File]:
    with place.directory.read() as conn:
        own = cards.of_account(conn, account)
        made = {card.id: items.of_card(conn, card.id) for card in own}
    style = csv_file.STYLES[language.code]
    yield "account.json", [_directory(place, account, own)]
    yield "cards.csv", csv_file.write(_cards(own), style)
    yield "items.csv", csv_file.write(_items(made), style)
    if "trends" not in sections:
        return  # no tier takes figures away that it does not see
    for card in own:
        labels = {item.code: item.label for item in made[card.id]}
        for subject in _figures(place, card, sections, Words(language, labels)):
            yield f"figures/{card.id}/{subject.key}.csv", csv_file.write(subject, style)


def _directory(place: Place, account: str, own: list[Card]) -> bytes:
    ids = [card.id for card in own]
    with place.directory.read() as conn:
        people = users.of_account(conn, account)
        actors = {f"user:{each.id}" for each in people}
        told: dict[str, Any] = {
            "account": accounts.get(conn, account),
            "users": people,
            "cards": own,
            "groups": card_groups.of_account(conn, account),
            "annotations": annotations.of_cards(conn, ids, date.min, date.max),
            "shared_links": [link for id in ids for link in shared_links.of_card(conn, id)],
            "alerts": [each.alert for each in alerts.every(conn) if each.alert.card in ids],
            "keys": [key for key in keys.every(conn) if key.account == account],
            "audit": [line for line in audit.latest(conn, LINES_MAX) if line.actor in actors],
        }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def _figures(
    place: Place, card: Card, sections: frozenset[Section], words: Words
) -> tuple[Subject, ...]:
    """Day by day, and all breakdowns that the tier includes."""
    today = local_day(place.now_ms, card.zone)
    first = today - timedelta(days=DAYS_MAX - 1)
    params = {"from": first.isoformat(), "to": today.isoformat(), "interval": "day"}
    view = look(f"/cards/{card.id}", params, today)
    question = Question((card,), view.choice.period, view.choice.before, ())
    return report(place, AskedOfOne(view, question, sections, words, card)).subjects


def _cards(own: Iterable[Card]) -> Subject:
    def rows() -> Iterator[Row]:
        for card in own:
            sites = " ".join(card.origins)
            yield card.id, card.name, card.url, card.zone, sites, _day(card.created_ms)

    return _subject("cards", ("id", "name", "url", "zone", "origins"), rows)


def _items(made: dict[str, list[Item]]) -> Subject:
    def rows() -> Iterator[Row]:
        for item in (item for each in made.values() for item in each):
            revoked = None if item.revoked_ms is None else _day(item.revoked_ms)
            medium = item.medium
            yield (
                item.card,
                item.code,
                medium,
                item.label,
                str(revoked or ""),
                _day(item.created_ms),
            )

    return _subject("items", ("card", "code", "medium", "label", "revoked"), rows)


def _subject(key: str, texts: tuple[str, ...], rows: Any) -> Subject:
    """Columns are named as in the API: who takes everything away has a program read it."""
    kinds: tuple[tuple[str, Kind], ...] = (*((name, "text") for name in texts), ("created", "day"))
    return Subject(key, key, tuple(Column(name, kind) for name, kind in kinds), rows)


def _day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()
