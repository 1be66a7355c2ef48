"""Recovery codes: they let in who has lost the device of their one-time codes, each once.

Only a hash is kept, and a code is looked up by it: how long that takes tells nothing of how near a
guess was, for nobody chooses the hash of what they type.
"""

import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.tables import recovery_codes
from schema.ids import token_hash

CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike on paper."""
CHARS = 16
"""79 bits: too many to try them all, so that a fast hash keeps them."""
GROUP_CHARS = 4


def renew(conn: Connection, user: str) -> tuple[str, ...]:
    """New codes, which are nowhere else; those before are good no more."""
    forget(conn, user)
    made = [_draw() for _ in range(CODES)]
    kept = [{"code_hash": token_hash(code), "user": user} for code in made]
    conn.execute(sa.insert(recovery_codes), kept)
    return tuple(map(_spelled, made))


def left(conn: Connection, user: str) -> int:
    of_user = sa.select(sa.func.count()).where(recovery_codes.c.user == user)
    return conn.scalar(of_user) or 0


def spend(conn: Connection, user: str, typed: str) -> bool:
    """Whether it lets the user in; of two who come with it at once, one is let in."""
    code = "".join(char for char in typed.lower() if char in ALPHABET)
    spent = sa.delete(recovery_codes).where(
        recovery_codes.c.code_hash == token_hash(code), recovery_codes.c.user == user
    )
    return conn.execute(spent).rowcount == 1


def forget(conn: Connection, user: str) -> None:
    conn.execute(sa.delete(recovery_codes).where(recovery_codes.c.user == user))


def _draw() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CHARS))


def _spelled(code: str) -> str:
    """In groups, for people to copy."""
    return "-".join(code[at : at + GROUP_CHARS] for at in range(0, CHARS, GROUP_CHARS))
