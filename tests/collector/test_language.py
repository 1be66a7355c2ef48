"""`Accept-Language` comes with every request, and anybody may write it."""

import pytest

from collector import clean, requests
from schema.testing.events import body, envelope


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        (b"fr-FR,fr;q=0.9,en;q=0.8", "fr-FR"),
        (b"fr" + b"," * 7_000, "fr"),
        (b"a" * 7_000, ""),
        (b"fr-\xff\xfe", ""),
        (b"\xc3\xa9,fr", ""),
        (b"<script>", ""),
        (b"0692-12-34-56", ""),
        (b"marie@example.fr", ""),
        (b"*", ""),
        (b";;;,,,", ""),
    ],
)
def test_whatever_it_says_the_event_is_kept_and_its_language_is_one_or_none(
    collector, header, lang
):
    sent = body(envelope(lang=""))
    assert collector.track(sent, accept_language=header).status_code == 204
    assert [event.lang for event in collector.spooled()] == [lang]


def test_thousands_of_languages_take_no_more_memory_than_a_thousand():
    for number in range(5_000):
        clean.language(requests.language(b"fr-%d;q=1" % number))
    for cached in (requests.language, clean.language):
        held = cached.cache_info()
        assert held.currsize == held.maxsize == 1024
