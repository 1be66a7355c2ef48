from contextlib import closing

from schema.clock import system_clock
from schema.directory import accounts, cards
from schema.directory.database import open_directory
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import CARD


def put_old_event(var):
    with closing(open_directory(f"sqlite:///{var}/balise.db")) as directory, directory.write() as c:
        owner = accounts.create(c, name="A", tier="premium", locale="fr", now_ms=system_clock()).id
        site = {"url": "https://a.example", "zone": "Europe/Paris", "origins": ()}
        cards.create(c, account=owner, name="A", now_ms=system_clock(), id=CARD, **site)
    with closing(open_store(f"chdb:///{var}/events")) as store:
        store.run(f"INSERT INTO events (card, at) VALUES ('{CARD}', '2020-01-01')")


def test_what_is_over_is_shown_and_then_deleted(shell, tmp_path):
    prepared.installation(tmp_path / "var")
    put_old_event(tmp_path / "var")
    shown = shell("retention", "--dry-run", "--json").json
    assert (shown["deleted"], shown["tables"][0]["rows"]) == (False, 1)
    done = shell("retention", "--json").json
    assert (done["deleted"], done["tables"][0]["table"], done["tables"][0]["rows"]) == (
        True,
        "events",
        1,
    )
    answer = shell("retention")
    assert answer.code == 0
    assert answer.out.splitlines()[0].split("  ")[0] == "table"
    assert not any(line["rows"] for line in shell("retention", "--json").json["tables"])
