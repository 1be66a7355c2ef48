"""Backfills that ops ask for on a page: one at a time, from the question until its end.

First it is compared, which tells what it would change; then it waits for a yes and is computed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.tables import backfills

KEPT_MAX = 20
"""Of those that have ended."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a backfill would change."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    days: int
    """Of cards."""
    days_changed: int


@dataclass(frozen=True, slots=True)
class Asked:
    id: int
    first: date
    last: date
    cards: tuple[str, ...]
    """None means all of them."""
    actor: str
    """Who asked for it, as the audit trail names them."""
    asked_ms: int
    part: float = 0.0
    """How much of the comparison is done, or of the computing once there was a yes."""
    difference: Difference | None = None
    confirmed_ms: int | None = None
    finished_ms: int | None = None
    error: str = ""

    @property
    def waits_for_a_yes(self) -> bool:
        compared = self.difference is not None and self.confirmed_ms is None
        return compared and self.finished_ms is None


def ask(
    conn: Connection, *, first: date, last: date, cards: tuple[str, ...], actor: str, now_ms: int
) -> Asked | None:
    """None while another one has not ended."""
    if open_one(conn) is not None:
        return None
    _forget_old(conn)
    given = {"first": first, "last": last, "cards": list(cards), "actor": actor}
    new = sa.insert(backfills).values(**given, asked_ms=now_ms, part=0.0, error="")
    id: int = conn.scalars(new.returning(backfills.c.id)).one()
    return Asked(id, first, last, cards, actor, now_ms)


def open_one(conn: Connection) -> Asked | None:
    """The one that has not ended."""
    waiting = sa.select(backfills).where(backfills.c.finished_ms.is_(None))
    return next(map(_asked, conn.execute(waiting.order_by(backfills.c.id))), None)


def latest(conn: Connection, most: int) -> list[Asked]:
    """The last first."""
    rows = sa.select(backfills).order_by(backfills.c.id.desc()).limit(most)
    return list(map(_asked, conn.execute(rows)))


def come_to(conn: Connection, id: int, part: float) -> None:
    _change(conn, id, part=part)


def compared(conn: Connection, id: int, difference: Difference) -> None:
    _change(conn, id, part=0.0, difference=asdict(difference))


def confirm(conn: Connection, id: int, now_ms: int) -> bool:
    """False when it does not wait for a yes: it was answered in another tab."""
    changed = sa.update(backfills).where(_waits(id)).values(confirmed_ms=now_ms)
    return conn.scalar(changed.returning(backfills.c.id)) is not None


def leave(conn: Connection, id: int) -> bool:
    """Nothing is computed, and nothing is kept of it. False when it does not wait for a yes."""
    asked = sa.delete(backfills).where(_waits(id)).returning(backfills.c.id)
    return conn.scalar(asked) is not None


def finish(conn: Connection, id: int, *, error: str = "", now_ms: int) -> None:
    _change(conn, id, finished_ms=now_ms, error=error, **({} if error else {"part": 1.0}))


def _waits(id: int) -> sa.ColumnElement[bool]:
    compared_only = backfills.c.difference.is_not(None) & backfills.c.confirmed_ms.is_(None)
    return (backfills.c.id == id) & compared_only & backfills.c.finished_ms.is_(None)


def _forget_old(conn: Connection) -> None:
    kept = sa.select(backfills.c.id).order_by(backfills.c.id.desc()).limit(KEPT_MAX - 1)
    conn.execute(sa.delete(backfills).where(backfills.c.id.not_in(kept)))


def _change(conn: Connection, id: int, **values: Any) -> None:
    conn.execute(sa.update(backfills).where(backfills.c.id == id).values(**values))


def _asked(row: sa.Row[Any]) -> Asked:
    held = dict(row._mapping)
    difference = held["difference"] and Difference(**held["difference"])
    return Asked(**{**held, "cards": tuple(held["cards"]), "difference": difference})
