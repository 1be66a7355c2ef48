"""Runs of jobs: when each was started, how it ended, and what it touched."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.tables import runs

ALARMS = "alarms"
"""The fact of a run that found something wrong: sentences, each with the values it names."""

_ENDED = sa.func.max(sa.case((runs.c.finished_ms.is_not(None), runs.c.id)))
_LAST = sa.select(sa.func.coalesce(_ENDED, sa.func.max(runs.c.id))).group_by(runs.c.job)


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    job: str
    started_ms: int
    finished_ms: int | None
    rows: int | None
    error: str | None
    facts: dict[str, Any] | None = None
    """What a run tells besides: with which recipe it computed, how far it has come."""


def start(conn: Connection, job: str, now_ms: int) -> int:
    new = sa.insert(runs).values(job=job, started_ms=now_ms).returning(runs.c.id)
    id: int = conn.scalars(new).one()
    return id


def finish(
    conn: Connection, id: int, *, now_ms: int, rows: int | None, error: str | None = None
) -> None:
    done = sa.update(runs).where(runs.c.id == id)
    conn.execute(done.values(finished_ms=now_ms, rows=rows, error=error))


def note(conn: Connection, id: int, facts: dict[str, Any]) -> None:
    """Replaces the facts of a run, which may still be under way."""
    conn.execute(sa.update(runs).where(runs.c.id == id).values(facts=facts))


def latest(conn: Connection) -> list[Run]:
    """The last run of each job that has ended, by name of job: an alarm stays while the next run is
    under way. Of a job that has not ended any, the one that was begun."""
    rows = conn.execute(sa.select(runs).where(runs.c.id.in_(_LAST)).order_by(runs.c.job))
    return [Run(**row._mapping) for row in rows]


def of_job(conn: Connection, job: str, most: int) -> list[Run]:
    """The last first."""
    chosen = sa.select(runs).where(runs.c.job == job).order_by(runs.c.id.desc()).limit(most)
    return [Run(**row._mapping) for row in conn.execute(chosen)]


def forget(conn: Connection, before_ms: int) -> int:
    """Those that were started before, except the last of each job. Gives how many."""
    old = (runs.c.started_ms < before_ms) & runs.c.id.not_in(_LAST)
    return conn.execute(sa.delete(runs).where(old)).rowcount
