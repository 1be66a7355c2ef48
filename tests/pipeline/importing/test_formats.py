"""Files of other systems, as those systems write them."""

import json
import zipfile
from contextlib import closing

import polars as pl
import pytest

from pipeline.importing.formats import FORMATS, format_of
from pipeline.importing.parquet import read as read_parquet
from pipeline.importing.source import Source
from schema.errors import BadInput
from schema.testing.events import NOW_MS

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
HOST = "cartes.example.fr"

# The header of Umami's own export, version 2.
UMAMI = (
    "website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,language,country,"
    "region,city,url_path,url_query,utm_source,utm_medium,utm_campaign,utm_content,utm_term,"
    "referrer_path,referrer_query,referrer_domain,page_title,gclid,fbclid,msclkid,ttclid,"
    "li_fat_id,twclid,event_type,event_name,tag,distinct_id,created_at,job_id"
)


def umami(**given):
    row = dict.fromkeys(UMAMI.split(","), "")
    row |= {
        "session_id": "0b52b3b2-7c5f-5c0c-9f0a-8f3f2cbb2d6f",
        "event_id": "f0e4",
        "hostname": HOST,
        "browser": "crios",
        "os": "Mac OS",
        "device": "laptop",
        "language": "fr-FR",
        "country": "RE",
        "city": "Saint-Denis",
        "url_query": "src=qr&x=1",
        "referrer_domain": "google.com",
        "event_type": "1",
        "created_at": "2026-11-02 09:30:00",
    }
    return ",".join((row | given).values())


def test_umami_views_and_events_are_carried_over(card, bring, stored):
    path = f"/{card}"
    rows = [
        umami(event_id="1", url_path=path),
        umami(event_id="2", url_path=path + "/", event_type="2", event_name="Phone"),
        umami(event_id="3", url_path=path, event_type="2", event_name="Signup button!"),
        umami(event_id="4", url_path="/elsewhere"),
        umami(event_id="5", url_path=path, event_type="5"),
    ]
    totals = bring("\n".join([UMAMI, *rows]), "umami")
    assert (totals.new, totals.passed, totals.refused) == (3, 2, 0)
    columns = "name, target, toString(at), country, city, device, browser, os, medium, referrer"
    said = ("2026-11-02 09:30:00.000", "RE", "Saint-Denis", "desktop", "Chrome", "macOS", "qr")
    assert sorted(stored(card, columns)) == [
        ("click", "phone", *said, "google.com"),
        ("signup_button", "", *said, "google.com"),
        ("view", "", *said, "google.com"),
    ]
    assert len(stored(card, "DISTINCT visitor")) == 1
    assert bring("\n".join([UMAMI, *reversed(rows)]), "umami").new == 0


def test_days_of_plausible_become_as_many_views_and_visitors(bring, stored, new_card, tmp_path):
    card = new_card("Pacific/Tahiti")
    text = (
        "date,hostname,page,visits,visitors,pageviews,total_scroll_depth\n"
        f"2026-11-02,{HOST},/{card},3,2,5,\n2026-11-03,{HOST},/{card},0,0,0,\n"
        f"2026-11-03,{HOST},/other,1,1,1,\n2026-11-04,{HOST},/{card},1,9,2,\n"
        f"2026-11-05,{HOST},/{card},1,1,1,\n"
    )
    path = tmp_path / "site.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("imported_pages_20261102_20261105.csv", text)
        archive.writestr("imported_visitors_20261102_20261105.csv", "date,visitors\n")
    totals = bring(path.read_bytes(), "plausible")
    assert (totals.new, totals.passed, totals.refused) == (6, 1, 1)
    days = stored(card, "toString(at), visitor")
    # Noon in Tahiti.
    assert [at for at, _ in days] == ["2026-11-02 22:00:00.000"] * 5 + ["2026-11-05 22:00:00.000"]
    assert len({visitor for _, visitor in days[:5]}) == 2
    grown = text.replace("3,2,5", "4,3,6")
    assert bring(grown, "plausible").new == 1


def log(
    card, *, at="02/Nov/2026:10:30:00 +0100", path=None, request=None, status=200, agent=SAFARI
):
    request = request or f"GET {path or '/' + card + '?src=nfc'} HTTP/2.0"
    return (
        f'203.0.113.77 - - [{at}] "{request}" {status} 5120'
        f' "https://www.google.com/search?q=x" "{agent}"'
    )


def test_of_a_log_the_views_of_cards_are_carried_over(bring, stored, new_card, tmp_path):
    card = new_card()
    lines = [
        log(card),
        log(card, at="02/Nov/2026:10:30:01 +0100", status=304),
        log(card, path="/style.css"),
        log(card, status=404),
        log(card, request=f"POST /{card} HTTP/1.1"),
        log(card, agent="-"),
        log(card, at="02/Nov/2026:10:31:00 +0100", agent="curl/8.0"),
        "203.0.113.78 torn",
        "",
    ]
    totals = bring("\n".join(lines), "combined", site=HOST)
    assert (totals.new, totals.passed, totals.refused) == (3, 4, 1)
    columns = "name, medium, referrer, device, browser, class, toString(at)"
    at = "2026-11-02 09:3"
    assert stored(card, columns) == [
        ("view", "nfc", "www.google.com", "mobile", "Safari", "human", f"{at}0:00.000"),
        ("view", "nfc", "www.google.com", "mobile", "Safari", "human", f"{at}0:01.000"),
        ("view", "nfc", "www.google.com", "", "curl", "bot", f"{at}1:00.000"),
    ]
    assert "203.0.113" not in (tmp_path / "refused.csv").read_text()
    assert bring("\n".join(lines), "combined", site=HOST).new == 0


def test_a_log_does_not_tell_whose_page_it_is(bring, new_card):
    card = new_card()
    with pytest.raises(BadInput, match="No card is on the site"):
        bring(log(card), "combined", site="other.example")


def test_a_file_without_cards_is_of_the_card_that_is_told(card, bring, stored):
    rows = [{"at": NOW_MS, "name": "view"}, {"at": NOW_MS + 1, "name": "view"}]
    assert bring("\n".join(map(json.dumps, rows)), "ndjson", card=card).new == 2
    assert bring("at,name\n1795176000000,view\n", card=card).new == 0
    with pytest.raises(BadInput, match="nobody00"):
        bring("at,name\n", card="nobody00")


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("csv", "card|at|name\n", "has no column card, at, name; .*comma, semicolon or tab"),
        ("csv", "card,name\n", "has no column at"),
        ("csv", "card,at,name,at\n", "two columns 'at'"),
        ("ndjson", '[{"card": 1}]', "one JSON list; write one object a line"),
        ("ndjson", "card,at,name\nx,y,z\n", "is not NDJSON"),
        ("parquet", "card,at,name\n", "cannot be read as Parquet"),
        ("plausible", "date,visitors,pageviews\n", "has no column page"),
        ("umami", "session_id,data_key\n", "has no column event_id"),
    ],
)
def test_a_file_of_another_kind_is_told_at_once(bring, kind, text, told):
    with pytest.raises(BadInput, match=told):
        bring(text, kind)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_quotes_are_recognised(card, bring, separator, stored):
    head = separator.join(["card", '"at"', "NAME", "city"])
    row = separator.join([card, '"2026-11-02T09:30:00Z"', "view", '"Brest, Finistère; ""29"""'])
    assert bring(f"{head}\r\n{row}\r\n").new == 1
    assert stored(card, "city") == [('Brest, Finistère; "29"',)]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"at": [1.5]}, "The column at of .* is Float64; it must be a time with its zone"),
        ({"at": [NOW_MS], "ms": [[1]]}, "ms of .* is List.*; it must be a whole number"),
        ({"at": [NOW_MS], "name": [True]}, "name of .* is Boolean; it must be text"),
        ({"at": pl.Series([NOW_MS]).cast(pl.Datetime("ms"))}, "it must be a time with its zone"),
        ({"when": [1]}, "has no column at"),
    ],
)
def test_parquet_of_other_types_is_told(tmp_path, columns, told):
    path = tmp_path / "a.parquet"
    given = {"card": ["a"], "name": ["view"]} | columns
    pl.DataFrame(given).write_parquet(path)
    with closing(Source(path)) as source, pytest.raises(BadInput, match=told):
        list(read_parquet(source, ("card", "at", "name")))


def test_the_end_of_a_name_tells_the_format(tmp_path):
    for each in FORMATS:
        for suffix in each.suffixes:
            assert format_of(tmp_path / f"a{suffix}.gz") is each
    with pytest.raises(BadInput, match="say it with --format"):
        format_of(tmp_path / "access.log")
