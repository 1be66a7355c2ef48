"""Tickets: a link that lets one user in, once, for a short while. Only a hash of it is kept."""

from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.tables import tickets, users
from schema.directory.users import COLUMNS, User, user_of
from schema.ids import new_token, token_hash

Purpose = Literal["sso", "code", "reset"]

LIFETIME_MS: dict[Purpose, int] = {
    "sso": 60_000,
    "code": 5 * 60_000,
    "reset": 30 * 60_000,
}


def issue(conn: Connection, *, user: str, purpose: Purpose, now_ms: int) -> str:
    """Gives the token, which is nowhere else. Tickets that have run out are swept on the way."""
    conn.execute(sa.delete(tickets).where(tickets.c.expires_ms <= now_ms))
    token = new_token()
    conn.execute(
        sa.insert(tickets).values(
            token_hash=token_hash(token),
            purpose=purpose,
            user=user,
            expires_ms=now_ms + LIFETIME_MS[purpose],
        )
    )
    return token


def bearer(conn: Connection, token: str, purpose: Purpose, now_ms: int) -> User | None:
    """Whom the ticket would let in; it stays good."""
    row = conn.execute(
        sa.select(*COLUMNS)
        .select_from(tickets.join(users))
        .where(
            tickets.c.token_hash == token_hash(token),
            tickets.c.purpose == purpose,
            tickets.c.expires_ms > now_ms,
        )
    ).one_or_none()
    return user_of(row) if row else None


def redeem(conn: Connection, token: str, purpose: Purpose, now_ms: int) -> User | None:
    """Whom the ticket lets in. From now on it lets nobody in: of two who come at once, one wins."""
    user = bearer(conn, token, purpose, now_ms)
    spent = conn.execute(
        sa.delete(tickets).where(tickets.c.token_hash == token_hash(token))
    ).rowcount
    return user if spent else None
