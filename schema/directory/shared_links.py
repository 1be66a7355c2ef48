"""Shared links: whoever has one sees one card, reads only, until it is revoked or runs out."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema import ids
from schema.directory import cards, checks, passwords
from schema.directory.tables import shared_links
from schema.errors import BadInput


@dataclass(frozen=True, slots=True)
class SharedLink:
    id: str
    card: str
    label: str
    has_password: bool
    expires_ms: int | None
    created_ms: int


_COLUMNS = (
    shared_links.c.id,
    shared_links.c.card,
    shared_links.c.label,
    shared_links.c.password_hash.is_not(None).label("has_password"),
    shared_links.c.expires_ms,
    shared_links.c.created_ms,
)


def create(
    conn: Connection,
    *,
    card: str,
    label: str,
    password: str | None,
    expires_ms: int | None,
    now_ms: int,
) -> tuple[SharedLink, str]:
    """The link and its token, which nobody can read again."""
    if cards.get(conn, card) is None:
        raise cards.unknown(card)
    if expires_ms is not None and expires_ms <= now_ms:
        raise BadInput("The link would have run out already; give a day to come.")
    token = ids.new_token()
    made = SharedLink(
        id=ids.new_link_id(),
        card=card,
        label=checks.name(label, "label"),
        has_password=password is not None,
        expires_ms=expires_ms,
        created_ms=now_ms,
    )
    secret = None if password is None else passwords.hashed(checks.password(password))
    conn.execute(
        sa.insert(shared_links).values(
            id=made.id,
            token_hash=ids.token_hash(token),
            card=card,
            label=made.label,
            password_hash=secret,
            expires_ms=expires_ms,
            created_ms=now_ms,
        )
    )
    return made, token


def find(conn: Connection, token: str, now_ms: int) -> SharedLink | None:
    """A link that is good now, whether or not it asks for a password."""
    row = conn.execute(sa.select(*_COLUMNS).where(_good(token, now_ms))).one_or_none()
    return SharedLink(**row._mapping) if row else None


def opens(conn: Connection, token: str, password: str, now_ms: int) -> bool:
    """Whether the password is the link's. Takes as long when there is no such link."""
    stored = conn.scalar(sa.select(shared_links.c.password_hash).where(_good(token, now_ms)))
    return passwords.matches(stored or passwords.NOBODY, password) and stored is not None


def of_card(conn: Connection, card: str) -> list[SharedLink]:
    chosen = sa.select(*_COLUMNS).where(shared_links.c.card == card)
    rows = conn.execute(chosen.order_by(shared_links.c.created_ms, shared_links.c.id))
    return [SharedLink(**row._mapping) for row in rows]


def revoke(conn: Connection, card: str, id: str) -> None:
    """Whoever has the link sees nothing from now on."""
    conn.execute(
        sa.delete(shared_links).where(shared_links.c.card == card, shared_links.c.id == id)
    )


def _good(token: str, now_ms: int) -> sa.ColumnElement[bool]:
    lasts = shared_links.c.expires_ms.is_(None) | (shared_links.c.expires_ms > now_ms)
    return (shared_links.c.token_hash == ids.token_hash(token)) & lasts
