"""Cards: what is counted, for whom, in which time zone, and which sites may send for it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from schema import ids
from schema.days import check_zone
from schema.directory import accounts, checks, revisions
from schema.directory.dialects import insert
from schema.directory.tables import cards
from schema.errors import BadInput


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    account: str
    name: str
    url: str
    zone: str
    origins: tuple[str, ...]
    created_ms: int


def create(
    conn: Connection,
    *,
    account: str,
    name: str,
    url: str,
    zone: str,
    origins: Sequence[str],
    now_ms: int,
    id: str | None = None,
) -> Card:
    """Without origins, the site of the card's own address is the one that may send."""
    accounts.require(conn, account)
    card = Card(
        id=ids.new_card_id() if id is None else id,
        account=account,
        name=checks.name(name, "card name"),
        url=checks.url(url),
        zone=check_zone(zone),
        origins=_origins(origins, url),
        created_ms=now_ms,
    )
    if not ids.is_card_id(card.id):
        raise BadInput(
            f"The card id {id!r} cannot be used; give {ids.CARD_ID_CHARS} letters or digits."
        )
    new = insert(conn, cards).values(asdict(card)).on_conflict_do_nothing()
    if conn.scalar(new.returning(cards.c.id)) is None:
        raise BadInput(f"The card {id!r} exists already; give another id, or none.")
    revisions.bump(conn, revisions.CARDS)
    return card


# What every page asks is built once: that takes three times as long as asking.
_ONE = sa.select(cards).where(cards.c.id == sa.bindparam("id"))


def get(conn: Connection, id: str) -> Card | None:
    if not ids.is_id(id):
        return None
    row = conn.execute(_ONE, {"id": id}).one_or_none()
    return _card(row) if row else None


def of_account(conn: Connection, account: str) -> list[Card]:
    chosen = sa.select(cards).where(cards.c.account == account)
    return [_card(row) for row in conn.execute(chosen.order_by(cards.c.name, cards.c.id))]


def every(conn: Connection) -> list[Card]:
    rows = conn.execute(sa.select(cards).order_by(cards.c.name, cards.c.id))
    return [_card(row) for row in rows]


def change(
    conn: Connection,
    id: str,
    *,
    name: str | None = None,
    url: str | None = None,
    zone: str | None = None,
    origins: Sequence[str] | None = None,
) -> Card:
    """What is not given stays. Another zone makes all past days of the card be computed again."""
    card = get(conn, id)
    if card is None:
        raise unknown(id)
    changed = replace(
        card,
        name=card.name if name is None else checks.name(name, "card name"),
        url=card.url if url is None else checks.url(url),
        zone=card.zone if zone is None else check_zone(zone),
        origins=card.origins if origins is None else _origins(origins, url or card.url),
    )
    old = asdict(card)
    different = {field: value for field, value in asdict(changed).items() if value != old[field]}
    if different:
        conn.execute(sa.update(cards).where(cards.c.id == id).values(different))
        revisions.bump(conn, revisions.CARDS)
    return changed


def delete(conn: Connection, id: str) -> None:
    if get(conn, id) is None:
        raise unknown(id)
    conn.execute(sa.delete(cards).where(cards.c.id == id))
    revisions.bump(conn, revisions.CARDS)


def unknown(id: str) -> BadInput:
    return BadInput(f"There is no card {id!r}; `balise card list` shows them.")


def revision(conn: Connection) -> int:
    """A number that changes with every change to cards. Read it before the cards themselves."""
    return revisions.number(conn, revisions.CARDS)


def _origins(given: Sequence[str], url: str) -> tuple[str, ...]:
    return tuple(map(checks.origin, given)) or (checks.origin_of(url),)


def _card(row: Row[*tuple[Any, ...]]) -> Card:
    fields = dict(row._mapping)
    return Card(**fields | {"origins": tuple(fields["origins"])})
