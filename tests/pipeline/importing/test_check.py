"""Each way in which a row can be wrong has its sentence, and none of them quotes a person."""

from datetime import UTC, datetime

import polars as pl
import pytest

from pipeline.importing.check import Bounds, check, times
from schema.testing.events import NOW_MS

DAY_MS = 86_400_000
BOUNDS = Bounds(frozenset({"k7Hq2xPa"}), NOW_MS - 395 * DAY_MS, NOW_MS, 395)
GOOD = {"card": "k7Hq2xPa", "at": "2026-11-02T09:30:00+01:00", "name": "view"}


def reason(**given):
    row = GOOD | given
    checked = check(pl.DataFrame({"line": [7], **{k: [v] for k, v in row.items()}}), BOUNDS)
    if not checked.refused.height:
        return None
    assert not checked.events.height
    [(line, told)] = checked.refused.rows()
    assert line == 7
    return told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"card": "nobody00"}, "No card has the id 'nobody00'."),
        ({"card": ""}, "The card is missing."),
        ({"card": None}, "The card is missing."),
        ({"at": ""}, "The time `at` is missing."),
        ({"at": "20/11/2026 12:00"}, "write it as 2026-11-20T14:30:00"),
        ({"at": "20.11.26"}, "write it as 2026-11-20T14:30:00"),
        ({"at": "2026-11-02T09:30:00"}, "without an offset; add Z"),
        ({"at": "2026-11-02"}, "without an offset"),
        ({"at": "1793608200"}, "seconds?"),
        ({"at": "yesterday"}, "`at` is 'yesterday'; it must be ISO 8601"),
        ({"at": "2026-11-02T25:30:00Z"}, "must be ISO 8601"),
        ({"at": "1999-12-31T23:59:59Z"}, "before 2000"),
        ({"at": str(NOW_MS + 61_000)}, "in the future"),
        ({"at": "2024-01-01T00:00:00Z"}, "older than what is kept (BALISE_RAW_DAYS is 395)"),
        ({"name": ""}, "name of the event is missing"),
        ({"name": "Buy now"}, "`name` is 'Buy now'"),
        ({"name": "click"}, "A click needs a `target`."),
        ({"name": "click", "target": "fax"}, "`target` is 'fax'"),
        ({"target": "phone"}, "Only a click has a `target`."),
        ({"page": "8mB0t3r9Q1zV"}, "`page` needs a `seq`."),
        ({"seq": "4"}, "`seq` needs a `page`."),
        ({"page": "short", "seq": "1"}, "`page` is 'short'; it must be 12 characters"),
        ({"page": "8mB0t3r9Q1zV", "seq": "70000"}, "`seq` is '70000'; it must be a whole number"),
        ({"page": "8mB0t3r9Q1zV", "seq": "-1"}, "`seq` is '-1'"),
        (
            {"ms": "12,5"},
            "a whole number up to 1800000, without a comma",
        ),
        ({"ms": "1800001"}, "`ms` is '1800001'"),
        ({"medium": "flyer"}, "one of qr, nfc"),
        ({"label": "a b"}, "`label` is 'a b'"),
        ({"item": "a b"}, "`item` is 'a b'"),
        ({"country": "France"}, "two letters, such as FR"),
        ({"device": "phone"}, "one of mobile, tablet, desktop"),
        ({"language": "français"}, "a language such as fr"),
        ({"city": "x" * 65}, "`city` is 'xxxx"),
        ({"at": "moi@example.fr"}, "`at` is (not shown)"),
        ({"city": "moi@example.fr"}, "`city` is (not shown)"),
        ({"city": "192.0.2.7"}, "`city` is (not shown); it must be something else than an address"),
        ({"region": "2001:db8:1::7"}, "`region` is (not shown)"),
        ({"item": "192.0.2.7"}, "`item` is (not shown)"),
        ({"browser": "192.0.2.7:443"}, "`browser` is (not shown)"),
        ({"agent": "moi@example.fr"}, "`agent` is (not shown)"),
        ({"agent": "192.0.2.7"}, "`agent` is (not shown)"),
        ({"agent": "2001:db8:1::7"}, "`agent` is (not shown)"),
        ({"agent": "x" * 513}, "a user agent of at most 512 characters"),
        ({"agent": "a\tb"}, "on one line"),
        ({"name": "192.0.2.7"}, "`name` is (not shown)"),
        ({"card": "2001:db8:1::7"}, "No card has the id (not shown)."),
    ],
)
def test_a_wrong_row_is_told(given, told):
    assert told in (reason(**given) or "nothing was told")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"at": str(NOW_MS)},
        {"at": "2026-11-02 09:30:00.123456+0100"},
        {"at": "2026-11-02T09:30Z"},
        {"name": "click", "target": "phone"},
        {"name": "bought_it"},
        {"page": "8mB0t3r9Q1zV", "seq": "65535"},
        {"ms": ""},
        {"ms": None},
        {"visitor": "moi@example.fr"},
        {"language": "fr_FR"},
        {"country": "fr"},
        {"agent": "Mozilla/5.0 (compatible; AhrefsBot/7.0; moi@example.fr) Chrome/119.0.6045.105"},
        {"browser": "Chrome 119.0.6045.105"},
        {"item": "s24.Xk3v"},
        {"city": "L’Île-d’Yeu"},
    ],
)
def test_a_right_row_is_taken(given):
    assert reason(**given) is None


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://www.LinkedIn.com/in/x?y=moi@example.fr", "www.linkedin.com"),
        ("www.google.com", "www.google.com"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("https://moi:secret@example.fr:8080/x", "example.fr"),
        ("http://192.0.2.7/", ""),
        ("moi", ""),
        ("", ""),
    ],
)
def test_of_a_referrer_only_the_host_is_kept(referrer, host):
    rows = pl.DataFrame({"line": [1], **{k: [v] for k, v in GOOD.items()}, "referrer": [referrer]})
    assert check(rows, BOUNDS).events["referrer"].to_list() == [host]


def test_times_of_several_forms_are_read_in_one_column():
    forms = ["2026-11-20T12:00:00Z", str(NOW_MS), "2026-11-20T13:00+01:00", "", None, "x"]
    assert times(pl.Series(forms)).to_list() == [NOW_MS] * 3 + [None] * 3
    assert times(pl.Series([NOW_MS])).to_list() == [NOW_MS]
    assert datetime.fromtimestamp(NOW_MS / 1000, UTC).hour == 12
