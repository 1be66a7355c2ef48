"""A data folder with one account and one card, as an operator would have made it."""

from pathlib import Path

from schema.clock import system_clock
from schema.directory import accounts, cards
from schema.directory.database import open_directory
from schema.testing import prepared
from schema.testing.events import CARD

SITE = "https://cartes.example.fr"


def install(data: Path, *, zone: str = "Europe/Paris", site: str = SITE) -> None:
    prepared.installation(data)
    directory = open_directory(f"sqlite:///{data}/balise.db")
    with directory.write() as conn:
        now_ms = system_clock()
        account = accounts.create(conn, name="A", tier="premium", locale="fr", now_ms=now_ms)
        cards.create(
            conn,
            account=account.id,
            name="A",
            url=f"{site}/a",
            zone=zone,
            origins=[site],
            now_ms=now_ms,
            id=CARD,
        )
    directory.close()
