import polars as pl
import pytest

from pipeline.enrich.known import NOTHING
from pipeline.enrich.lookup import numbered
from pipeline.enrich.sources import add_sources, source_of_host


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
        ("dupont-plomberie.re", "site"),
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
