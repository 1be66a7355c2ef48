import pytest

from collector import clean
from schema.wire import MEDIA


@pytest.mark.parametrize("medium", MEDIA)
def test_a_known_medium_is_kept(medium):
    assert clean.medium(medium) == medium


@pytest.mark.parametrize("medium", ["", "QR", "email", "qr ", "inconnu", "'; DROP"])
def test_any_other_medium_is_inconnu(medium):
    assert clean.medium(medium) == "inconnu"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("www.linkedin.com", "www.linkedin.com"),
        ("WWW.LinkedIn.com", "www.linkedin.com"),
        ("https://www.google.com/search?q=jean+dupont", "www.google.com"),
        ("www.google.com/search?q=jean", "www.google.com"),
        ("android-app://com.linkedin.android/", "com.linkedin.android"),
        ("https://example.fr:8443/", "example.fr"),
        ("https://jean:secret@example.fr/", "example.fr"),
        ("xn--caf-dma.fr", "xn--caf-dma.fr"),
    ],
)
def test_a_referrer_is_reduced_to_its_host(sent, kept):
    assert clean.host(sent) == kept


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "localhost",
        "192.0.2.77",
        "[2001:db8::7]",
        "https://[2001:db8::7",
        "a b.fr",
        "-a.fr",
        "a..fr",
        "<script>alert(1)</script>",
        "café.fr",
        "=cmd|x!A1",
        f"{'a' * 64}.fr",
    ],
)
def test_a_referrer_that_is_not_a_host_name_is_nothing(sent):
    assert clean.host(sent) == ""


@pytest.mark.parametrize("kept", ["fr", "fr-FR", "zh-Hant-TW", "en-US"])
def test_a_language_tag_is_kept(kept):
    assert clean.language(kept) == kept


@pytest.mark.parametrize("junk", ["", "f", "français", "fr_FR", "fr-FR\n", "jean@example.fr"])
def test_what_is_not_a_language_tag_is_nothing(junk):
    assert clean.language(junk) == ""


def test_a_zone_of_the_time_zone_database_is_kept_and_no_other():
    assert clean.zone("Indian/Reunion") == "Indian/Reunion"
    assert clean.zone("Mars/Olympus") == ""


@pytest.mark.parametrize("junk", ["", "0612345678", "jean@example.fr", "a b", "=1+1", "é", "a\n"])
def test_a_label_cannot_carry_a_phone_number_an_address_or_a_formula(junk):
    assert clean.label("header-2") == "header-2"
    assert clean.label(junk) == ""


def test_an_agent_is_short_and_on_one_line():
    assert clean.agent(b"Mozilla/5.0\r\n\x1b[31m (X11)") == "Mozilla/5.0[31m (X11)"
    assert len(clean.agent(b"x" * 70_000)) == clean.AGENT_CHARS_MAX
    assert clean.agent(b"\xff\xfe") == "ÿþ"
