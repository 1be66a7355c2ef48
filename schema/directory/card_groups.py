"""Groups of cards, by the names their owner gives them: « Agence de Saint-Denis »."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory import checks
from schema.directory.tables import card_groups, cards


def of_account(conn: Connection, account: str) -> dict[str, tuple[str, ...]]:
    """The cards of each group, by its name."""
    joined = card_groups.join(cards, card_groups.c.card == cards.c.id)
    chosen = sa.select(card_groups).select_from(joined).where(cards.c.account == account)
    groups: dict[str, tuple[str, ...]] = {}
    for row in conn.execute(chosen.order_by(card_groups.c.name, card_groups.c.card)):
        groups[row.name] = (*groups.get(row.name, ()), row.card)
    return groups


def put(conn: Connection, account: str, name: str, members: Iterable[str]) -> None:
    """Makes these cards of the account all that is in the group; without any, it is gone."""
    name = checks.name(name, "group name")
    own = sa.select(cards.c.id).where(cards.c.account == account)
    conn.execute(
        sa.delete(card_groups).where(card_groups.c.name == name, card_groups.c.card.in_(own))
    )
    found = conn.execute(own.where(cards.c.id.in_(list(members)))).scalars()
    rows = [{"card": card, "name": name} for card in found]
    if rows:
        conn.execute(sa.insert(card_groups), rows)
