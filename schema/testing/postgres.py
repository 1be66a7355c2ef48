"""A private PostgreSQL for tests: made by `initdb`, reached through a Unix socket, gone at the end.

It listens on no port and needs no password: only who may enter its folder can reach it. fsync is
off, so it proves what the SQL does and not what a power cut does.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

PROGRAMS = ("initdb", "pg_ctl")
_SYSTEM_FOLDERS = "/usr/lib/postgresql/*/bin"
_FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
    " -c listen_addresses=''"
)
_EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid != pg_backend_pid();
DO $$
DECLARE name regclass;
BEGIN
    SET LOCAL session_replication_role = replica;  -- without asking who refers to what
    FOR name IN SELECT oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname != 'alembic_version'
    LOOP
        EXECUTE 'DELETE FROM ' || name;
    END LOOP;
    FOR name IN SELECT oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
    LOOP
        PERFORM setval(name, 1, false);
    END LOOP;
END $$
"""
_numbers = count()


@dataclass(frozen=True, slots=True)
class Postgres:
    folder: Path

    def dsn(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create_database(self) -> str:
        name = f"balise_{next(_numbers)}"
        self._run(f"CREATE DATABASE {name}")
        return name

    def empty(self, database: str) -> None:
        """No rows, no connections, and numbers from one again: 8 ms of processor, where a database
        that is made and dropped takes 200."""
        self._run(_EMPTY, database)

    def drop_database(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, sql: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        ) as connection:
            connection.execute(sql.encode())


def find_programs() -> Path | None:
    """The folder that holds PostgreSQL's own programs, the newest where there are several."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/").glob(_SYSTEM_FOLDERS.lstrip("/")), reverse=True)
    for folder in folders:
        if all((folder / program).exists() for program in PROGRAMS):
            return folder
    return None


@contextmanager
def running_postgres(programs: Path) -> Iterator[Postgres]:
    # Not pytest's folder: that one is closed to others, and a socket's path has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="balise-pg-"))
    user = _demoted()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", data, *arguments],
            cwd=folder,
            user=user,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    try:
        call("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        call("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"{_FAST} -k {folder}")
        try:
            yield Postgres(folder)
        finally:
            call("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _demoted() -> str | None:
    """PostgreSQL refuses to run as root: some other user then, who must exist."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)
