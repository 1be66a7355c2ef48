"""A number per subject that changes with every change to it, so that followers poll cheaply."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.dialects import insert
from schema.directory.tables import revisions

CARDS = "cards"
RESTORED = "restored rules"


def bump(conn: Connection, subject: str) -> None:
    new = insert(conn, revisions).values(subject=subject, number=1)
    conn.execute(
        new.on_conflict_do_update(
            index_elements=[revisions.c.subject], set_={"number": revisions.c.number + 1}
        )
    )


def number(conn: Connection, subject: str) -> int:
    found = conn.scalar(sa.select(revisions.c.number).where(revisions.c.subject == subject))
    return found or 0
