"""Brings the tables to this version. Two processes may try at once: one does it, both see it done.

The scripts in `schema/migrations/directory/versions` are numbered; the number is the revision.
Alembic takes half a second to import, so it is only asked when there is something to do.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.database import Directory
from schema.errors import BaliseError

SCRIPTS = Path(__file__).parents[1] / "migrations" / "directory"
NAMES: tuple[str, ...] = tuple(sorted(path.stem for path in SCRIPTS.glob("versions/[0-9]*.py")))

_LOCK = 0x62616C69
"""Any number, the same for all: 'bali'. PostgreSQL locks numbers on demand."""


class NewerSchema(BaliseError):
    """Another version of Balise has been here and knows tables that we do not."""


def pending(directory: Directory) -> list[str]:
    with directory.read() as conn:
        return _pending(conn, directory.label)


def upgrade(directory: Directory, *, to: str = "head") -> list[str]:
    """Applies what is pending, all or nothing, and says what it applied. Up to a revision of old
    when rows of that time are to be put in."""
    if not pending(directory):
        return []
    with directory.write() as conn:
        if directory.dialect == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        todo = _pending(conn, directory.label)
        if todo:
            _run_alembic(conn, to)
    return todo


def _pending(conn: Connection, label: str) -> list[str]:
    version = _version(conn)
    if version is None:
        return list(NAMES)
    known = [name.partition("_")[0] for name in NAMES]
    if version not in known:
        raise NewerSchema(
            f"The directory {label} has schema {version} and this Balise knows {known[-1]} at "
            "most; install the newer version of Balise that wrote it."
        )
    return list(NAMES[known.index(version) + 1 :])


def _version(conn: Connection) -> str | None:
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    version: str | None = conn.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version


def _run_alembic(conn: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": conn})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    command.upgrade(config, to)
