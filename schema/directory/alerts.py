"""View alerts: who wants to be told by mail how often a card is looked at, and how often.

What was told last is written down before the mail goes out: of two processes one sends it, and a
kill in between loses a mail rather than sending it twice.
"""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory import cards, checks
from schema.directory.dialects import insert
from schema.directory.tables import accounts, alerts, users
from schema.directory.tables import cards as card_table
from schema.tiers import Tier

Pace = Literal["hour", "day"]
PACES: tuple[Pace, ...] = get_args(Pace)


@dataclass(frozen=True, slots=True)
class Alert:
    card: str
    user: str
    pace: Pace
    told_ms: int
    """Views until then have been told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An alert with all that its mail needs."""

    alert: Alert
    card_name: str
    zone: str
    email: str
    locale: str
    tier: Tier


def choose(conn: Connection, *, card: str, user: str, pace: str, now_ms: int) -> Alert:
    """Views count from now on; another pace for an alert that is there goes on counting."""
    if cards.get(conn, card) is None:
        raise cards.unknown(card)
    new = Alert(card, user, checks.one_of(pace, PACES, "pace"), now_ms)
    conn.execute(
        insert(conn, alerts)
        .values(asdict(new))
        .on_conflict_do_update(
            index_elements=[alerts.c.card, alerts.c.user], set_={"pace": new.pace}
        )
    )
    return of_reader(conn, card, user) or new


def stop(conn: Connection, card: str, user: str) -> None:
    conn.execute(sa.delete(alerts).where(_is(card, user)))


def of_reader(conn: Connection, card: str, user: str) -> Alert | None:
    row = conn.execute(sa.select(alerts).where(_is(card, user))).one_or_none()
    return Alert(**row._mapping) if row else None


def every(conn: Connection) -> list[Wanted]:
    told = sa.select(alerts, card_table.c.name, card_table.c.zone, users.c.email, users.c.locale)
    joined = (
        alerts.join(card_table, alerts.c.card == card_table.c.id)
        .join(users, alerts.c.user == users.c.id)
        .join(accounts, card_table.c.account == accounts.c.id)
    )
    rows = conn.execute(
        told.add_columns(accounts.c.tier)
        .select_from(joined)
        .where(users.c.account == card_table.c.account)
        .order_by(alerts.c.card, alerts.c.user)
    )
    return [
        Wanted(
            Alert(row.card, row.user, row.pace, row.told_ms),
            row.name,
            row.zone,
            row.email,
            row.locale,
            row.tier,
        )
        for row in rows
    ]


def claim(conn: Connection, alert: Alert, told_ms: int) -> bool:
    """False when another process, or its reader, was faster."""
    return _move(conn, alert, alert.told_ms, told_ms)


def give_back(conn: Connection, alert: Alert, told_ms: int) -> None:
    """What was claimed could not be sent: it is told another time."""
    _move(conn, alert, told_ms, alert.told_ms)


def _move(conn: Connection, alert: Alert, from_ms: int, to_ms: int) -> bool:
    mine = _is(alert.card, alert.user) & (alerts.c.told_ms == from_ms)
    return conn.execute(sa.update(alerts).where(mine).values(told_ms=to_ms)).rowcount == 1


def _is(card: str, user: str) -> sa.ColumnElement[bool]:
    return (alerts.c.card == card) & (alerts.c.user == user)
