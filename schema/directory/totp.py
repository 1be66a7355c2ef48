"""One-time codes beside the password (RFC 6238): six digits that change every half minute.

A code counts in its half minute and the ones before and after, for clocks are not exact, and once:
the half minute of the last code is remembered, and nothing up to it counts again.
"""

import hmac
import secrets
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory import recovery
from schema.directory.tables import users

STEP_MS = 30_000
DIGITS = 6
SECRET_BYTES = 20
ISSUER = "Balise"


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def spelled(secret: bytes) -> str:
    """As people type it into an application."""
    return b32encode(secret).decode()


def read(text: str) -> bytes | None:
    """A secret as `spelled` wrote it, or nothing."""
    try:
        secret = b32decode(text.encode())
    except (ValueError, UnicodeEncodeError):
        return None
    return secret if len(secret) == SECRET_BYTES else None


def address(secret: bytes, email: str) -> str:
    """What the application reads from a QR code."""
    query = urlencode({"secret": spelled(secret), "issuer": ISSUER})
    return f"otpauth://totp/{quote(f'{ISSUER}:{email}')}?{query}"


def code_at(secret: bytes, step: int) -> str:
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: bytes, code: str, now_ms: int) -> int | None:
    """The half minute that a code is good for, if it is good now."""
    typed = "".join(code.split()).encode(errors="replace")
    now = now_ms // STEP_MS
    steps = (now - 1, now, now + 1)
    return next((s for s in steps if hmac.compare_digest(code_at(secret, s).encode(), typed)), None)


def secret_of(conn: Connection, user: str) -> bytes | None:
    """Nothing for who has none: their password is enough."""
    return conn.scalar(sa.select(users.c.totp_secret).where(users.c.id == user))


def users_with(conn: Connection, account: str) -> frozenset[str]:
    """Whose password alone is not enough."""
    on = (users.c.account == account) & users.c.totp_secret.is_not(None)
    return frozenset(conn.scalars(sa.select(users.c.id).where(on)))


def turn_on(conn: Connection, user: str, secret: bytes, code: str, now_ms: int) -> bool:
    """Only with a code of it, which shows that the application has it."""
    step = step_of(secret, code, now_ms)
    if step is not None:
        changed = sa.update(users).where(users.c.id == user)
        conn.execute(changed.values(totp_secret=secret, totp_step=step))
    return step is not None


def turn_off(conn: Connection, user: str) -> None:
    """The codes that stood in for it go too."""
    recovery.forget(conn, user)
    off = sa.update(users).where(users.c.id == user)
    conn.execute(off.values(totp_secret=None, totp_step=None))


def spend(conn: Connection, user: str, code: str, now_ms: int) -> bool:
    """Whether the code lets the user in; it does not a second time."""
    secret = secret_of(conn, user)
    step = step_of(secret, code, now_ms) if secret else None
    if step is None:
        return False
    fresh = sa.update(users).where(users.c.id == user, users.c.totp_step < step)
    return conn.execute(fresh.values(totp_step=step)).rowcount == 1
