from contextlib import closing

import pytest

from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.frames import SPOOLED
from schema.directory.database import open_directory
from schema.directory.tables import audit
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import CARD, spooled

RANGE = ("--card", CARD, "--from", "2026-11-20", "--to", "2026-11-20")


@pytest.fixture
def stored(shell, account, tmp_path):
    """Three events of a program on a card, stored as the shipper stores them."""
    import msgspec
    import polars as pl

    site = ("--name", "A", "--url", "https://a.example", "--zone", "Europe/Paris", "--id", CARD)
    assert shell("card", "create", "--account", account, *site).code == 0
    events = [spooled(n, agent="curl/8.9.1") for n in range(3)]
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    with closing(open_store(prepared.events(tmp_path / "var"))) as store:
        store.insert("events", to_events(enrich(frame)), token="t")


@pytest.mark.usefixtures("stored")
def test_a_rule_is_restored_shown_first_and_withdrawn_again(shell, directory_dsn):
    restoring = ("reclassify", "--restore", "bot.library", *RANGE)
    dry = shell(*restoring, "--dry-run", "--json")
    assert dry.code == 0, dry.err
    assert dry.json == {
        "done": False,
        "events": 3,
        "changes": [
            {
                "class": "bot",
                "rule": "bot.library",
                "new_class": "human",
                "new_rule": "bot.library",
                "events": 3,
            }
        ],
        "days": [{"card": CARD, "day": "2026-11-20"}],
    }
    assert shell(*restoring, typed="n\n").code == 130
    assert shell("reclassify", "--json").json["events"] == 0

    assert "3" in shell(*restoring, "--yes").out
    assert shell("sql", "--json", "SELECT DISTINCT class FROM events").json == [{"class": "human"}]
    assert shell("reclassify").out.startswith("Every stored event has the class")

    withdrawn = shell("reclassify", "--withdraw", "bot.library", "--card", CARD, "--yes", "--json")
    assert withdrawn.json["events"] == 3
    assert shell("sql", "--json", "SELECT DISTINCT class FROM events").json == [{"class": "bot"}]
    with closing(open_directory(directory_dsn)) as directory, directory.read() as conn:
        told = [line.action for line in conn.execute(audit.select().order_by(audit.c.id))]
    assert told[-4:] == ["rule.restore", "reclassify", "rule.withdraw", "reclassify"]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--restore", "bot.library"), "add --card, --from and --to"),
        (("--restore", "bot.libary", *RANGE), "There is no rule 'bot.libary'"),
        (("--withdraw", "bot.library"), "add --card"),
        (("--withdraw", "bot.library", "--card", CARD, "--yes"), "is not restored"),
        (("--restore", "bot.seo", "--withdraw", "bot.seo", *RANGE), "not both at once"),
        (("--card", "nobody00"), "no card 'nobody00'"),
        (("--from", "2026-11-20", "--to", "2026-11-19"), "ends before it begins"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(shell, arguments, says):
    answer = shell("reclassify", *arguments)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert says in answer.err
