"""Writes the demo's people into the directory. What is there already is kept as it is."""

from urllib.parse import urlsplit

from sqlalchemy.engine import Connection

from balise.demo.people import ACCOUNTS, PASSWORD, USERS, DemoCard
from balise.demo.shared import items_of
from schema.directory import accounts, cards, items, users
from schema.errors import BaliseError

DAY_MS = 86_400_000
LOCALE = "fr"
_NAMED_MAX = 3


def enrol(conn: Connection, *, origin: str, days: int, now_ms: int) -> int:
    """Gives when the demo was first loaded: `now_ms`, or an earlier day."""
    known = {account.id: account for account in accounts.every(conn)}
    _refuse_strangers([account.name for id, account in known.items() if id not in _OURS])
    begun_ms = min((account.created_ms for account in known.values()), default=now_ms)
    for account in ACCOUNTS:
        if account.id not in known:
            accounts.create(
                conn,
                name=account.name,
                tier=account.tier,
                locale=LOCALE,
                now_ms=begun_ms,
                id=account.id,
            )
        for card in account.cards:
            _write_card(conn, account.id, card, origin, begun_ms - days * DAY_MS)
            _write_items(conn, card, begun_ms - days * DAY_MS)
    for user in USERS:
        if users.by_email(conn, user.email) is None:
            users.create(
                conn,
                account=user.account.id if user.account else None,
                email=user.email,
                role=user.role,
                password=PASSWORD,
                locale=LOCALE,
                now_ms=begun_ms,
            )
    return begun_ms


def card_address(origin: str, card: DemoCard) -> str:
    return f"{origin}/c/{card.id}"


def _write_card(
    conn: Connection, account: str, card: DemoCard, origin: str, created_ms: int
) -> None:
    address, origins = card_address(origin, card), _origins(origin)
    if cards.get(conn, card.id):
        # The demo may be served under another port or name than the last time.
        cards.change(conn, card.id, url=address, origins=origins)
        return
    cards.create(
        conn,
        account=account,
        name=card.full_name,
        url=address,
        zone=card.zone,
        origins=origins,
        now_ms=created_ms,
        id=card.id,
    )


def _write_items(conn: Connection, card: DemoCard, created_ms: int) -> None:
    known = {item.code for item in items.of_card(conn, card.id)}
    for item in items_of(card):
        if item.code not in known:
            items.create(
                conn,
                card=card.id,
                medium=item.medium,
                label=item.label,
                now_ms=created_ms,
                code=item.code,
            )


def _origins(origin: str) -> tuple[str, ...]:
    """On this machine people type `localhost` as often as its address."""
    place = urlsplit(origin)
    if place.hostname != "127.0.0.1":
        return (origin,)
    return (origin, place._replace(netloc=f"localhost:{place.port}").geturl())


def _refuse_strangers(names: list[str]) -> None:
    if names:
        more = ", …" if len(names) > _NAMED_MAX else ""
        raise BaliseError(
            f"This installation has customers of its own ({', '.join(names[:_NAMED_MAX])}{more}); "
            "load the demo into an empty one, for instance with BALISE_DATA=./demo."
        )


_OURS = frozenset(account.id for account in ACCOUNTS)
