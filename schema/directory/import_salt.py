"""The salt of imported visitors.

A file calls its visitors what it likes, perhaps by their e-mail address. Three things are wanted:

- an import that was killed goes on with the same ids, and one that is repeated with the rows that
  were mended gives one visitor one id: so the salt must outlive a run;
- nobody can compute an id again later, as with live visitors: so it must not stay. The salts of
  live dates cannot serve, because the dates of a file have mostly ended, and theirs are gone;
- ids must differ from card to card and from day to day: card and local day are hashed with them.

Hence one salt, drawn when an import needs one, and deleted 50 hours later like any other: as long
as the longest date lasts, long enough to mend a file. It is never prolonged. An import of the same
visitors after that gives them new ids; no event is stored twice for it, because the identity of an
event has nothing to do with its visitor.
"""

from secrets import token_bytes

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.dialects import insert
from schema.directory.tables import secrets

NAME = "import salt"
SALT_BYTES = 32
LIFE_MS = 50 * 3_600_000


def current(conn: Connection, now_ms: int) -> bytes:
    """For a writer. Whoever asks first draws it; all others get the same."""
    delete_ended(conn, now_ms)
    new = insert(conn, secrets).values(name=NAME, value=token_bytes(SALT_BYTES), created_ms=now_ms)
    conn.execute(new.on_conflict_do_nothing())
    salt: bytes = conn.scalars(sa.select(secrets.c.value).where(secrets.c.name == NAME)).one()
    return salt


def delete_ended(conn: Connection, now_ms: int) -> int:
    ended = (secrets.c.name == NAME) & (secrets.c.created_ms <= now_ms - LIFE_MS)
    return conn.execute(sa.delete(secrets).where(ended)).rowcount
