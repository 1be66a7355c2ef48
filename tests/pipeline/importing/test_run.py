"""From a file to the store: every row once, whatever happens."""

import json
import random
from datetime import date

import polars as pl
import pytest

from pipeline.importing import keep, source
from pipeline.late import ZoneBook
from pipeline.ledger import read_ledger
from schema.directory import import_salt, rollup_state
from schema.errors import Unavailable
from schema.testing.events import NOW_MS

AT = "2026-11-02T09:30:00+01:00"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def lines(card, rows=60, seed=1):
    draw = random.Random(seed)
    for n in range(rows):
        name = draw.choice(["view", "click"])
        target = "phone" if name == "click" else ""
        at = NOW_MS - 5 * 86_400_000 + n // 3 * 60_000
        yield {"card": card, "at": at, "name": name, "target": target, "visitor": f"v{n % 7}"}


def csv(rows):
    rows = list(rows)
    return "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)])


def test_a_row_arrives_with_all_that_it_says(card, bring, stored):
    totals = bring(
        "card,at,name,page,seq,target,label,visitor,medium,item,referrer,country,region,city,"
        "device,browser,os,language\n"
        f"{card},{AT},click,8mB0t3r9Q1zV,4,phone,header,moi@example.fr,qr,s24,"
        "https://www.linkedin.com/in/x?y=1,fr,Bretagne,Brest,mobile,Safari,iOS,fr-FR\n"
    )
    assert (totals.new, totals.refused) == (1, 0)
    said = stored(
        card,
        "page, seq, name, target, label, medium, item, source, referrer,"
        " country, region, city, geo, device, browser, os, lang, class, rule, toUnixTimestamp(at)",
    )
    event = ("8mB0t3r9Q1zV", 4, "click", "phone", "header", "qr", "s24", "qr", "www.linkedin.com")
    place = ("FR", "Bretagne", "Brest", "import")
    agent = ("mobile", "Safari", "iOS", "fr-FR", "human", "import")
    assert said == [(*event, *place, *agent, 1793608200)]


def test_an_agent_is_read_and_what_the_row_gives_itself_stays(card, bring, stored):
    bring(
        "card;at;name;agent;browser\n"
        f"{card};{NOW_MS - 3};view;{SAFARI.replace(';', ',')};\n"
        f"{card};{NOW_MS - 2};view;curl/8.0;\n"
        f"{card};{NOW_MS - 1};view;{SAFARI.replace(';', ',')};Mosaic\n"
    )
    assert stored(card, "browser, class") == [
        ("Safari", "human"),
        ("curl", "bot"),
        ("Mosaic", "human"),
    ]


def test_the_same_rows_in_three_formats_and_another_order_are_the_same_events(
    card, bring, stored, tmp_path
):
    rows = list(lines(card))
    assert bring(csv(rows)).new == 60
    random.Random(2).shuffle(rows)
    again = bring("\n".join(map(json.dumps, rows)), "ndjson", file="renamed.ndjson")
    frame = pl.DataFrame(rows).with_columns(pl.col("at").cast(pl.Datetime("ms", "UTC")))
    frame.write_parquet(tmp_path / "rows.parquet")
    third = bring((tmp_path / "rows.parquet").read_bytes(), "parquet")
    assert [(each.new, each.duplicate) for each in (again, third)] == [(0, 60), (0, 60)]
    assert len(stored(card)) == 60


def test_a_column_more_and_other_visitors_make_no_other_event(card, bring):
    first = csv(lines(card))
    assert bring(first).new == 60
    more = "\n".join(
        line + (",city" if n == 0 else ",") for n, line in enumerate(first.split("\n"))
    )
    assert bring(more.replace(",v1", ",somebody@example.fr")).new == 0


def test_rows_that_say_the_same_are_as_many_events_wherever_they_stand(
    card, bring, stored, monkeypatch
):
    monkeypatch.setattr(source, "PIECE_BYTES", 400)
    row, other = f"{card},{AT},view", f"{card},2026-11-03T09:30:00Z,view"
    text = "\n".join(["card,at,name", row, row, *[other] * 40, row])
    assert bring(text).new == 43
    assert bring(text).new == 0
    assert bring(f"{text}\n{row}").new == 1
    assert len(stored(card, "DISTINCT page, seq")) == 44


def test_a_page_and_seq_of_its_own_is_what_a_row_is_known_by(card, bring, stored):
    head = "card,at,name,page,seq\n"
    view = f"{card},{AT},view,8mB0t3r9Q1zV,0\n"
    totals = bring(head + view + view + f"{card},{AT},engage,8mB0t3r9Q1zV,1\n")
    assert (totals.new, totals.duplicate) == (2, 1)
    assert bring(head + view).new == 0
    assert len(stored(card)) == 2


def test_a_visitor_is_one_for_a_card_and_a_local_day_and_no_longer(bring, stored, new_card):
    one, other = new_card("Pacific/Tahiti"), new_card("Pacific/Tahiti")
    # 09:59 and 10:00 UTC are two days in Tahiti.
    times = ("2026-11-02T09:00:00Z", "2026-11-02T09:59:00Z", "2026-11-02T10:00:00Z")
    rows = [f"{card},{at},view,a@example.fr" for card in (one, other) for at in times]
    bring("\n".join(["card,at,name,visitor", *rows]))
    first, second, next_day = (row[0] for row in stored(one, "visitor"))
    assert first == second != next_day
    assert not {row[0] for row in stored(other, "visitor")} & {first, next_day}


def test_rows_without_a_visitor_are_each_their_own(card, bring, stored):
    bring(csv({**row, "visitor": ""} for row in lines(card, 9)))
    assert len({row[0] for row in stored(card, "visitor")}) == 9


def test_no_address_of_a_visitor_reaches_a_disk(card, place, bring, tmp_path):
    name = "camille.personne@example.fr"
    rows = [f"{card},{AT},view,{name}", f"{card},{name},view,{name}", f"{name},{AT},view,x"]
    bring("\n".join(["card,at,name,visitor", *rows, f"{card},{AT},{name}", "{"]))
    kept = [*place.settings.data.rglob("*"), tmp_path / "refused.csv"]
    files = [path for path in kept if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if name.encode() in path.read_bytes()] == []


def test_the_salt_serves_for_fifty_hours_and_is_then_another(place):
    with place.directory.write() as conn:
        first = import_salt.current(conn, NOW_MS)
        assert import_salt.current(conn, NOW_MS + import_salt.LIFE_MS - 1) == first
        assert import_salt.current(conn, NOW_MS + import_salt.LIFE_MS) != first
        assert import_salt.delete_ended(conn, NOW_MS + 2 * import_salt.LIFE_MS) == 1


def test_bad_rows_are_told_with_their_line_and_the_good_ones_stored(card, bring, tmp_path):
    totals = bring(
        f"card,at,name\n{card},{AT},view\nnobody00,{AT},view\n\n{card},20/11/2026 12:00,view\n"
        f"{card},{AT},view,too,many\n{card},{AT},view\n"
    )
    assert (totals.new, totals.refused) == (2, 3)
    report = pl.read_csv(tmp_path / "refused.csv").sort("line")
    assert report.rows() == [
        (3, "No card has the id 'nobody00'."),
        (5, "`at` is '20/11/2026 12:00'; write it as 2026-11-20T14:30:00+01:00."),
        (6, "The line cannot be read: it has more fields than the header."),
    ]


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_file_full_of_bad_lines_is_told_at_a_glance(card, bring, kind, tmp_path):
    good, bad = (
        (f"{card},{AT},view", f"{card},{AT},view,{AT}")
        if kind == "csv"
        else (json.dumps({"card": card, "at": AT, "name": "view"}), '{"card":')
    )
    head = ["card,at,name"] if kind == "csv" else []
    totals = bring("\n".join([*head, good, *[bad] * 50_000, good]), kind)
    assert (totals.new, totals.refused) == (2, 50_000)
    assert len((tmp_path / "refused.csv").read_text().splitlines()) == 50_001


def test_what_a_line_lacks_at_its_end_is_empty(card, bring, stored):
    for text in (f"{card},{AT},view", f"{card},{AT},view,Brest\n{card},{AT},view"):
        bring(f"card,at,name,city\n{text}\n")
    assert [city for (city,) in stored(card, "city")] in (["", "Brest"], ["Brest", ""])
    assert bring(f"card,at,name,city\n{card}\n").refused == 1


def test_a_rehearsal_tells_all_and_changes_nothing(card, place, bring, stored, tmp_path):
    text = csv(lines(card)) + "\nnobody00,1,view,,\n"
    before = sorted(path for path in place.settings.data.rglob("*"))
    totals = bring(text, dry_run=True)
    assert (totals.new, totals.refused) == (60, 1)
    assert totals.months == {(card, "2026-11", "new"): 60}
    assert totals.reasons == {"No card has the id 'nobody00'.": (1, 62)}
    assert stored(card) == []
    assert sorted(path for path in place.settings.data.rglob("*")) == before
    assert not (tmp_path / "refused.csv").exists()


def late(place, card):
    with place.directory.read() as conn:
        return rollup_state.of_card(conn, card)[1]


def test_days_that_are_over_are_computed_again_and_today_is_not(bring, place, new_card):
    card = new_card("Pacific/Auckland")
    # It is already the 21st there.
    times = ("2026-11-20T10:59:59Z", "2026-11-20T11:00:00Z", "2025-12-24T22:00:00Z")
    bring("\n".join(["card,at,name", *(f"{card},{at},view" for at in times)]))
    assert late(place, card) == {date(2026, 11, 20), date(2025, 12, 25)}


def line_of(place, card):
    spool = place.settings.data / "spool"
    ledger = read_ledger(place.store, spool, ZoneBook(place.directory).zones())
    assert not any(line.missing for line in ledger)
    [line] = [line for line in ledger if line.card == card]
    return line


def test_what_is_imported_is_received_today_and_accounted_for(card, place, bring):
    bring(csv(lines(card)))
    bring(csv(lines(card)))
    line = line_of(place, card)
    assert (line.day, line.received, line.human, line.duplicate) == (
        date(2026, 11, 20),
        120,
        60,
        60,
    )


class Cut(Exception):
    pass


class DyingStore:
    """The real store, until the moment at which a process would have been killed."""

    def __init__(self, store, table, *, after):
        self._store, self._table, self._after = store, table, after
        self.label = store.label

    def __getattr__(self, name):
        return getattr(self._store, name)

    def insert(self, table, frame, *, token):
        if table == self._table and not self._after:
            raise Cut
        self._store.insert(table, frame, token=token)
        if table == self._table:
            raise Cut


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("table", ["events", "ledger"])
def test_cut_at_any_step_it_is_run_again_and_all_is_there_once(
    card, place, bring, stored, table, after
):
    text = csv(lines(card))
    with pytest.raises(Cut):
        bring(text, store=DyingStore(place.store, table, after=after))
    totals = bring(text)
    assert totals.new + totals.duplicate == 60
    assert len(stored(card, "DISTINCT page, seq")) == len(stored(card)) == 60
    assert late(place, card) == {date(2026, 11, 15)}
    assert line_of(place, card).human == 60
    assert list(place.folder.glob("begun*")) == []


def test_a_part_that_reached_the_store_is_not_stored_again(card, place, bring, monkeypatch):
    """A file in pieces, cut in the third."""
    monkeypatch.setattr(source, "PIECE_BYTES", 600)

    class Third(DyingStore):
        calls = 0

        def insert(self, table, frame, *, token):
            self.calls += table == "events"
            if self.calls == 3:
                raise Cut
            self._store.insert(table, frame, token=token)

    text = csv(lines(card))
    with pytest.raises(Cut):
        bring(text, store=Third(place.store, "events", after=False))
    totals = bring(text)
    assert totals.duplicate > 10
    assert totals.new + totals.duplicate == 60
    assert line_of(place, card).human == 60


def test_what_a_run_had_not_written_down_whole_is_gone_with_the_next(card, place, bring):
    place.folder.mkdir(mode=0o700, exist_ok=True)
    (place.folder / "begun-killed.draft").write_bytes(b"half of it")
    bring(csv(lines(card)))
    assert [path.name for path in place.folder.iterdir()] == ["lock"]


def test_a_full_disk_stops_it_in_a_sentence_and_with_room_again_it_goes_on(
    card, place, bring, stored, monkeypatch
):
    text = csv(lines(card))
    place.folder.mkdir(mode=0o700, exist_ok=True)
    draft = place.folder / "begun-full.draft"

    def on_a_full_disk(_bytes):
        draft.symlink_to("/dev/full")
        return "full"

    with monkeypatch.context() as patch:
        patch.setattr(keep.secrets, "token_hex", on_a_full_disk)
        with pytest.raises(Unavailable, match="No space left on device"):
            bring(text)
    assert not draft.is_symlink(), "what could not be written holds no room"
    assert stored(card) == []
    assert bring(text).new == 60
    assert line_of(place, card).human == 60


def test_two_imports_at_a_time_are_refused(card, place, bring):
    class Nested(DyingStore):
        def insert(self, table, frame, *, token):
            bring(text)

    text = csv(lines(card))
    with pytest.raises(Unavailable, match="Another import is running"):
        bring(text, store=Nested(place.store, "events", after=False))
