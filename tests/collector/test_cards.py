import time
from datetime import date
from itertools import pairwise

from schema.days import day_start_ms
from schema.directory import cards, salts
from schema.testing.events import CARD, NOW_MS

HOUR_MS = 3_600_000
PROMISED_S = 2


def within_two_seconds(happens) -> bool:
    deadline_s = time.monotonic() + PROMISED_S
    while time.monotonic() < deadline_s:
        if happens():
            return True
        time.sleep(0.02)
    return False


def salts_kept(directory) -> dict[date, bytes]:
    with directory.read() as conn:
        return {row.day: row.salt for row in conn.execute(salts.sa.select(salts.salts))}


def test_a_card_is_known_with_its_zone_and_its_origins(open_book):
    card = open_book().find(CARD)
    assert (card.zone, card.origins) == ("Indian/Reunion", {"https://cartes.example.fr"})


def test_what_is_no_card_is_not_found(open_book):
    assert open_book().find("nobodyXX") is None


def test_new_and_deleted_cards_are_followed_within_two_seconds(open_book, directory, add_card):
    book = open_book()
    add_card("newCard1", ["https://nouveau.example.fr"])
    assert within_two_seconds(lambda: book.find("newCard1"))
    assert book.knows_origin("https://nouveau.example.fr")
    with directory.write() as conn:
        cards.delete(conn, "newCard1")
    assert within_two_seconds(lambda: not book.find("newCard1"))
    assert not book.knows_origin("https://nouveau.example.fr")


def test_a_salt_belongs_to_the_local_date_of_the_card(open_book):
    book = open_book()
    midnight = day_start_ms(date(2026, 11, 20), "Pacific/Tahiti")
    around = [book.salt_at("Pacific/Tahiti", midnight + n * HOUR_MS) for n in (-1, 0, 1)]
    assert around[0] != around[1] == around[2]
    # The same instant is another date elsewhere, and so another salt.
    assert book.salt_at("Pacific/Tahiti", midnight - 1) != book.salt_at(
        "Europe/Paris", midnight - 1
    )


def test_two_collectors_have_the_same_salts(open_book):
    one, other = open_book(), open_book()
    for zone in ("Pacific/Kiritimati", "Europe/Paris", "Pacific/Pago_Pago"):
        assert one.salt_at(zone, NOW_MS) == other.salt_at(zone, NOW_MS)


def test_every_hour_of_a_date_has_its_salt_in_every_zone_and_it_never_changes(open_book, clock):
    book = open_book()
    zones = ("Pacific/Kiritimati", "Asia/Kolkata", "Europe/Paris", "Etc/GMT+12")
    seen: dict[tuple[str, str], bytes] = {}
    for _ in range(60):
        book._follow()
        for zone in zones:
            salt = book.salt_at(zone, clock.now_ms)
            assert salt in book._salts.values()
            assert seen.setdefault(("", book.day_at(zone, clock.now_ms)), salt) == salt
        clock.advance(hours=1)
    assert len(set(seen.values())) == len(seen) >= 4


def test_a_new_date_has_its_shared_salt_from_its_first_instant(open_book, directory, clock):
    first_instant = day_start_ms(date(2026, 11, 21), "Pacific/Kiritimati")
    clock.now_ms = first_instant - 1_000
    book = open_book()
    assert (
        book.salt_at("Pacific/Kiritimati", first_instant)
        == salts_kept(directory)[date(2026, 11, 21)]
    )


def test_a_late_event_gets_a_salt_that_is_never_written_down(open_book, directory):
    book = open_book()
    late = NOW_MS - 71 * HOUR_MS
    salt = book.salt_at("Europe/Paris", late)
    assert salt == book.salt_at("Europe/Paris", late)
    assert salt not in salts_kept(directory).values()
    assert date(2026, 11, 17) not in salts_kept(directory)


def test_a_salt_that_ended_everywhere_is_forgotten(open_book, clock):
    book = open_book()
    then = clock.now_ms
    salt, late = (book.salt_at("Europe/Paris", then - n * HOUR_MS) for n in (0, 71))
    clock.advance(days=2)
    book._follow()
    assert book.salt_at("Europe/Paris", then) != salt
    assert book.salt_at("Europe/Paris", then - 71 * HOUR_MS) != late


def test_a_day_is_cut_at_local_midnight_even_where_offsets_are_odd(open_book):
    book = open_book()
    for zone in ("Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kolkata"):
        days = [date(2026, 4, 1 + n) for n in range(10)]
        for before, day in pairwise(days):
            midnight = day_start_ms(day, zone)
            assert book.day_at(zone, midnight - 1) == before.isoformat()
            assert book.day_at(zone, midnight) == day.isoformat()


def test_while_the_directory_is_away_what_is_known_goes_on_and_then_follows_again(
    open_book, directory, add_card, tmp_path, capsys
):
    book = open_book()
    file, hidden = tmp_path / "balise.db", tmp_path / "away.db"
    directory.close()
    file.rename(hidden)
    file.mkdir()
    assert within_two_seconds(lambda: book.trouble)
    assert book.find(CARD)
    assert "directory_away" in capsys.readouterr().out
    file.rmdir()
    hidden.rename(file)
    assert within_two_seconds(lambda: not book.trouble)
    add_card("newCard1", ["https://nouveau.example.fr"])
    assert within_two_seconds(lambda: book.find("newCard1"))
