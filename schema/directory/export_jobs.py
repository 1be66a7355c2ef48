"""Export jobs: files that take long, from the moment they are asked for until they are let go.

A job goes with its account and its card. Its file lies in the data folder of the process that made
it; where it is missing, the job is begun again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema import ids
from schema.directory.tables import export_jobs
from schema.tiers import Tier

Trouble = Literal["", "failed", "large", "nothing"]
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)
"""Why there is no file: it went wrong, it is too large, there was nothing to show."""

LIFETIME_MS = 12 * 3_600_000
"""From when it was asked for until it must begin, and from when it is there until it is let go."""
TRIES_MAX = 3
"""A file that ends the process that makes it must not do so for ever."""
KEPT_MAX = 10
"""Of one account, so that nobody fills the disk."""


@dataclass(frozen=True, slots=True)
class ExportJob:
    id: str
    account: str
    card: str | None
    """None: all cards of the account, or the group that the query names."""
    tier: Tier | None
    """What the file may hold; None: everything, for ops."""
    route: str
    """Of the table of access: whoever may take this file at once may see the job."""
    kind: str
    query: Mapping[str, str]
    locale: str
    asked_ms: int
    expires_ms: int
    tries: int = 0
    part: float = 0.0
    """How much of it is done."""
    finished_ms: int | None = None
    error: Trouble = ""
    name: str = ""
    """Of the file, for whoever takes it."""

    @property
    def is_done(self) -> bool:
        return self.finished_ms is not None and not self.error


def ask(
    conn: Connection,
    *,
    account: str,
    card: str | None,
    tier: Tier | None,
    route: str,
    kind: str,
    query: Mapping[str, str],
    locale: str,
    now_ms: int,
) -> ExportJob | None:
    """The job; the one that is under way already when the same was asked before. None while the
    account has as many under way as it may."""
    wanted = ExportJob(
        id=ids.new_export_id(),
        account=account,
        card=card,
        tier=tier,
        route=route,
        kind=kind,
        query=dict(query),
        locale=locale,
        asked_ms=now_ms,
        expires_ms=now_ms + LIFETIME_MS,
    )
    kept = of_account(conn, account, now_ms)
    same = next((job for job in kept if job.finished_ms is None and _alike(job, wanted)), None)
    if same:
        return same
    if len(kept) >= KEPT_MAX:
        oldest = next((job for job in kept if job.finished_ms is not None), None)
        if oldest is None:
            return None
        conn.execute(sa.delete(export_jobs).where(export_jobs.c.id == oldest.id))
    conn.execute(sa.insert(export_jobs).values(asdict(wanted)))
    return wanted


def get(conn: Connection, id: str, now_ms: int) -> ExportJob | None:
    if not ids.is_id(id):
        return None
    return next(iter(_jobs(conn, (export_jobs.c.id == id) & _alive(now_ms))), None)


def of_account(conn: Connection, account: str, now_ms: int) -> list[ExportJob]:
    """Those that were asked for first come first."""
    return _jobs(conn, (export_jobs.c.account == account) & _alive(now_ms))


def unfinished(conn: Connection, now_ms: int) -> list[ExportJob]:
    return _jobs(conn, export_jobs.c.finished_ms.is_(None) & _alive(now_ms))


def begin(conn: Connection, id: str) -> None:
    _change(conn, id, tries=export_jobs.c.tries + 1, part=0.0)


def come_to(conn: Connection, id: str, part: float) -> None:
    _change(conn, id, part=part)


def finish(conn: Connection, id: str, *, name: str, now_ms: int) -> None:
    _change(
        conn, id, part=1.0, name=name, finished_ms=now_ms, expires_ms=now_ms + LIFETIME_MS, error=""
    )


def fail(conn: Connection, id: str, error: Trouble, now_ms: int) -> None:
    _change(conn, id, finished_ms=now_ms, error=error)


def again(conn: Connection, id: str) -> None:
    """Its file is not here: another machine made it, or the folder was lost."""
    _change(conn, id, finished_ms=None, tries=0, part=0.0)


def let_go(conn: Connection, now_ms: int) -> frozenset[str]:
    """Forgets those that are over. Gives the ids of all that are left."""
    conn.execute(sa.delete(export_jobs).where(~_alive(now_ms)))
    return frozenset(conn.scalars(sa.select(export_jobs.c.id)))


def _alike(one: ExportJob, other: ExportJob) -> bool:
    names = ("account", "card", "tier", "route", "query", "locale")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _alive(now_ms: int) -> sa.ColumnElement[bool]:
    return export_jobs.c.expires_ms > now_ms


def _jobs(conn: Connection, chosen: sa.ColumnElement[bool]) -> list[ExportJob]:
    first = sa.select(export_jobs).where(chosen).order_by(export_jobs.c.asked_ms, export_jobs.c.id)
    return [ExportJob(**row._mapping) for row in conn.execute(first)]


def _change(conn: Connection, id: str, **values: Any) -> None:
    conn.execute(sa.update(export_jobs).where(export_jobs.c.id == id).values(**values))
