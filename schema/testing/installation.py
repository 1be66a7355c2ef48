"""A data folder with one account and one card, as an operator would have made it."""

from pathlib import Path

from schema.clock import system_clock
from schema.directory import accounts, cards
from schema.directory.database import open_directory
from schema.testing.events import CARD
from schema.testing.server import balise

SITE = "https://cartes.example.fr"


def install(data: Path) -> None:
    made = balise(data, "init")
    if made.returncode:
        raise RuntimeError(made.stderr)
    directory = open_directory(f"sqlite:///{data}/balise.db")
    with directory.write() as conn:
        now_ms = system_clock()
        account = accounts.create(conn, name="A", tier="premium", locale="fr", now_ms=now_ms)
        cards.create(
            conn,
            account=account.id,
            name="A",
            url=f"{SITE}/a",
            zone="Europe/Paris",
            origins=[SITE],
            now_ms=now_ms,
            id=CARD,
        )
    directory.close()
