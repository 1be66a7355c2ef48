"""A data folder with one account and one card, as an operator would have made it."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from schema.clock import system_clock
from schema.directory import accounts, cards
from schema.directory.database import open_directory
from schema.testing.events import CARD
from schema.testing.server import balise

SITE = "https://cartes.example.fr"


def install(data: Path, *, zone: str = "Europe/Paris", site: str = SITE) -> None:
    shutil.copytree(_initialised(), data, symlinks=True, dirs_exist_ok=True)
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


@cache
def _initialised() -> Path:
    """What `balise init` makes, made once a process: copying it takes a hundredth of the time."""
    folder = Path(tempfile.mkdtemp(prefix="balise-initialised-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = balise(folder / "var", "init")
    if made.returncode:
        raise RuntimeError(made.stderr)
    return folder / "var"
