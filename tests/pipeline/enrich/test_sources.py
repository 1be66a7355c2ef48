import tomllib

import polars as pl
import pytest

from pipeline.enrich.known import NOTHING
from pipeline.enrich.lookup import numbered
from pipeline.enrich.sources import SITES_FILE, add_sources, source_of_host


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("", "direct"),
        ("www.google.fr", "search"),
        ("www.google.co.uk", "search"),
        ("GOOGLE.COM", "search"),
        ("www.linkedin.com", "social"),
        ("l.instagram.com", "social"),
        ("t.co", "social"),
        ("web.whatsapp.com", "messaging"),
        ("mail.google.com", "mail"),
        ("com.google.android.gm", "mail"),
        ("www.pagesjaunes.fr", "directory"),
        ("google.re", "search"),
        ("www.google.com.pf", "search"),
        ("fr.search.yahoo.com", "search"),
        ("chatgpt.com", "search"),
        ("com.google.android.googlequicksearchbox", "search"),
        ("lnkd.in", "social"),
        ("com.linkedin.android", "social"),
        ("lm.facebook.com", "social"),
        ("m.facebook.com", "social"),
        ("com.zhiliaoapp.musically", "social"),
        ("fr.pinterest.com", "social"),
        ("com.whatsapp.w4b", "messaging"),
        ("statics.teams.cdn.office.net", "messaging"),
        ("eur02.safelinks.protection.outlook.com", "mail"),
        ("fr.mail.yahoo.com", "mail"),
        ("mail01.orange.fr", "mail"),
        ("webmail.sfr.fr", "mail"),
        ("maps.google.fr", "directory"),
        ("maps.google.co.uk", "directory"),
        ("com", "site"),
        ("maps.app.goo.gl", "directory"),
        ("www.118000.fr", "directory"),
        ("www.tripadvisor.fr", "directory"),
        ("www.doctolib.fr", "directory"),
        ("dupont-plomberie.re", "site"),
        ("www.orange.fr", "site"),
        ("google.evil.example.com", "site"),
        ("notgoogle.com", "site"),
        ("netflix.com", "site"),
        ("...", "site"),
    ],
)
def test_a_host_is_the_kind_of_site_of_its_longest_known_ending(host, source):
    assert source_of_host(host) == source


def test_a_known_medium_says_more_than_the_referring_site():
    frame = pl.DataFrame(
        {
            "medium": ["qr", "inconnu", "", "forged", "nfc"],
            "ref": ["www.google.fr", "www.google.fr", "", "", ""],
        }
    )
    found = add_sources(numbered(frame, frame.columns), NOTHING)
    assert found["source"].to_list() == ["qr", "search", "direct", "direct", "nfc"]


def test_every_host_is_listed_once_in_a_kind_of_the_closed_list():
    kinds = tomllib.loads(SITES_FILE.read_text(encoding="utf-8"))
    assert list(kinds) == ["search", "social", "messaging", "mail", "directory"]
    hosts = [host for kind in kinds.values() for host in kind]
    assert len(hosts) == len(set(hosts))
    assert all(host == host.lower() and " " not in host for host in hosts)
