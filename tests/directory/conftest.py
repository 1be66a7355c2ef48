"""Every test of the directory runs on SQLite and on a private PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schema.directory import accounts, cards, users
from schema.directory.accounts import Account
from schema.directory.cards import Card
from schema.directory.database import Directory, open_directory
from schema.directory.upgrade import upgrade
from schema.directory.users import User
from schema.testing import prepared
from schema.testing.postgres import PROGRAMS, Postgres, find_programs, running_postgres

NOW_MS = 1_763_640_000_000


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    programs = find_programs()
    if programs is None:
        pytest.skip(f"PostgreSQL's {' and '.join(PROGRAMS)} are not on this machine")
    with running_postgres(programs) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres) -> str:
    """With this version's tables; each test leaves it empty."""
    name = postgres.create_database()
    directory = open_directory(postgres.dsn(name))
    upgrade(directory)
    directory.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_dsn(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/balise.db"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        name = postgres.create_database()
        yield postgres.dsn(name)
        postgres.drop_database(name)


@pytest.fixture
def empty(empty_dsn: str) -> Iterator[Directory]:
    """For those who change tables: on PostgreSQL, others share theirs."""
    directory = open_directory(empty_dsn)
    yield directory
    directory.close()


@pytest.fixture
def dsn(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a directory with this version's tables, and nothing in them."""
    if kind == "sqlite":
        yield prepared.directory(tmp_path)
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        name = request.getfixturevalue("postgres_database")
        yield postgres.dsn(name)
        postgres.empty(name)


@pytest.fixture
def directory(dsn: str) -> Iterator[Directory]:
    directory = open_directory(dsn)
    yield directory
    directory.close()


@pytest.fixture
def account(directory: Directory) -> Account:
    with directory.write() as conn:
        return accounts.create(
            conn, name="Boulangerie Martin", tier="premium", locale="fr", now_ms=NOW_MS
        )


@pytest.fixture
def card(directory: Directory, account: Account) -> Card:
    with directory.write() as conn:
        return cards.create(
            conn,
            account=account.id,
            name="Marie",
            url="https://carte.example.fr/marie",
            zone="Europe/Paris",
            origins=[],
            now_ms=NOW_MS,
        )


@pytest.fixture
def user(directory: Directory, account: Account) -> User:
    with directory.write() as conn:
        return users.create(
            conn,
            account=account.id,
            email="marie@example.fr",
            role="owner",
            password="une phrase assez longue",
            locale="fr",
            now_ms=NOW_MS,
        )
