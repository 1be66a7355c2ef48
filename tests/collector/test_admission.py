"""What admission decides. The reasons that need no body (method, size…) are in test_asgi.py."""

from hashlib import sha256

import pytest

from collector import admission
from collector.admission import Admitted, Facts, KnownCard, Refused, admit
from collector.requests import language
from schema.days import local_day
from schema.items import sign
from schema.testing.events import CARD, NOW_MS, body, envelope
from schema.wire import CHANNELS, decode

ORIGIN = "https://cartes.example.fr"
REUNION = KnownCard(CARD, "Indian/Reunion", frozenset({ORIGIN}))
HOUR_MS = 3_600_000
ITEM_KEY = bytes(range(32))


def salt_at(zone, at_ms):
    return sha256(str(local_day(at_ms, zone)).encode()).digest()


def facts(**given):
    about_request = {
        "origin": ORIGIN,
        "objected": False,
        "address": "192.0.2.77",
        "agent": "Safari",
        "mark": "",
        "language": "",
    }
    asked = {name: given.pop(name, value) for name, value in about_request.items()}
    return Facts(envelope=decode(body(envelope(1, **given))), **asked)


def decide(card=REUNION, now_ms=NOW_MS, **given):
    return admit(facts(**given), card, now_ms, salt_at, ITEM_KEY)


def admitted(**given):
    verdict = decide(**given)
    assert isinstance(verdict, Admitted), verdict
    return verdict.events


def refused(**given):
    verdict = decide(**given)
    assert isinstance(verdict, Refused), verdict
    return verdict


def view(at=NOW_MS, **given):
    return {"seq": 0, "name": "view", "at": at} | given


def test_a_link_is_told_by_the_word_it_holds_and_counts_under_its_name():
    words = ("phone", "tel", "mailto", "wa", "vcf", "linkedin")
    clicks = [
        {"seq": seq, "name": "click", "at": NOW_MS, "target": word}
        for seq, word in enumerate(words)
    ]
    told = [(event.name, event.target) for event in admitted(events=clicks)]
    assert told == [
        ("click", name) for name in ("phone", "phone", "email", "whatsapp", "vcard", "linkedin")
    ]


def test_a_click_on_a_share_button_is_a_share():
    click = {"seq": 1, "name": "click", "at": NOW_MS, "target": "share", "label": "whatsapp"}
    (event,) = admitted(events=[click])
    assert (event.name, event.target, event.label) == ("share", "", "whatsapp")


def test_the_language_is_the_browsers_first_unless_the_body_says_it():
    assert admitted(language="fr-RE", lang="")[0].lang == "fr-RE"
    assert admitted(language="fr-RE", lang="en")[0].lang == "en"
    assert admitted(language="<b>", lang="")[0].lang == ""


@pytest.mark.parametrize(
    ("header", "first"),
    [(b"fr-FR,fr;q=0.9", "fr-FR"), (b" en ;q=0.5, fr", "en"), (b"*", "*"), (b"", "")],
)
def test_a_browsers_first_language_is_read(header, first):
    assert language(header) == first


def test_reasons_have_names_of_their_own():
    assert len({reason.name for reason in admission.REASONS}) == len(admission.REASONS)


def test_unknown_card():
    assert refused(card=None).reason is admission.UNKNOWN_CARD


def test_origin_of_another_site_is_refused():
    assert refused(origin="https://evil.example").reason is admission.ORIGIN
    assert refused(origin="null").reason is admission.ORIGIN
    assert refused(origin="http://cartes.example.fr").reason is admission.ORIGIN


def test_a_program_without_an_origin_is_admitted():
    assert len(admitted(origin="")) == 1


def test_objected_visitor_is_refused_whatever_was_sent():
    assert refused(objected=True).reason is admission.OBJECTED
    assert refused(objected=True, events=[view(at=NOW_MS - 100 * HOUR_MS)]).reason is (
        admission.OBJECTED
    )


def test_too_old_is_more_than_72_hours_on_the_visitors_own_clock():
    assert len(admitted(events=[view(at=NOW_MS - 72 * HOUR_MS)])) == 1
    late = refused(events=[view(), view(seq=1, at=NOW_MS - 72 * HOUR_MS - 1)])
    assert late.reason is admission.TOO_OLD
    assert "$.events[1].at" in late.detail


def test_ahead_is_more_than_a_minute_after_it_was_sent():
    assert len(admitted(events=[view(at=NOW_MS + 60_000)])) == 1
    assert refused(events=[view(at=NOW_MS + 60_001)]).reason is admission.AHEAD


def test_time_is_corrected_by_the_servers_clock():
    years_off = NOW_MS - 5 * 365 * 24 * HOUR_MS
    (event,) = admitted(sent=years_off, events=[view(at=years_off - 2_000)])
    assert (event.at, event.received) == (NOW_MS - 2_000, NOW_MS)


def test_what_was_sent_is_what_is_spooled():
    sent = {
        "medium": "qr",
        "ref": "www.linkedin.com",
        "lang": "fr-FR",
        "tz": "Indian/Reunion",
        "width": 390,
        "page": "8mB0t3r9Q1zV",
        "events": [
            {"seq": 1, "name": "click", "at": NOW_MS, "target": "phone", "label": "header"},
            {"seq": 2, "name": "engage", "at": NOW_MS, "ms": 12_000, "scroll": 80},
        ],
    }
    click, engage = admitted(**sent)
    shared = ("card", "page", "medium", "ref", "lang", "tz", "width")
    for event in (click, engage):
        assert {name: getattr(event, name) for name in shared} == (
            {name: sent[name] for name in shared if name in sent} | {"card": CARD}
        )
    assert (click.seq, click.name, click.target, click.label) == (1, "click", "phone", "header")
    assert (engage.seq, engage.name, engage.ms, engage.scroll) == (2, "engage", 12_000, 80)


def test_a_signed_item_is_kept_and_names_the_medium_whatever_the_address_says():
    for medium in ("link", "qr", "gold", ""):
        token = sign(ITEM_KEY, card=CARD, code="salon026", medium="qr")
        (event,) = admitted(item=token, medium=medium)
        assert (event.item, event.medium, event.mark) == ("salon026", "qr", "")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_shared_link_keeps_through_what_it_was_shared(channel):
    (event,) = admitted(medium="share", item=channel)
    assert (event.medium, event.item) == ("share", channel)


def test_a_trial_visit_of_the_owner_is_marked_so():
    token = sign(ITEM_KEY, card=CARD, code="trial-x1", medium="link")
    (event,) = admitted(item=token, mark="prefetch")
    assert (event.item, event.mark) == ("trial-x1", "owner")


def test_of_the_address_only_the_network_is_kept():
    (event,) = admitted(address="192.0.2.77")
    assert event.network == "192.0.2.0/24"
    assert "192.0.2.77" not in repr(event)


def test_a_visitor_is_another_one_after_local_midnight():
    midnight_in_reunion = 1_795_204_800_000
    before, after, later = admitted(
        now_ms=midnight_in_reunion + HOUR_MS,
        sent=midnight_in_reunion + HOUR_MS,
        events=[
            view(seq=0, at=midnight_in_reunion - 1),
            view(seq=1, at=midnight_in_reunion),
            view(seq=2, at=midnight_in_reunion + HOUR_MS),
        ],
    )
    assert before.visitor != after.visitor == later.visitor


def test_two_cards_share_no_visitor():
    (here,) = admitted()
    other = KnownCard("another1", REUNION.zone, REUNION.origins)
    (there,) = admitted(card=other)
    assert here.visitor != there.visitor


def test_a_prefetch_is_marked():
    (event,) = admitted(mark="prefetch")
    assert event.mark == "prefetch"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"medium": "email"}, {"medium": "inconnu"}),
        ({"medium": ""}, {"medium": "inconnu"}),
        ({"item": "a b"}, {"item": ""}),
        ({"item": "salon026"}, {"item": ""}),
        ({"medium": "qr", "item": "whatsapp"}, {"item": ""}),
        ({"medium": "share", "item": "salon026"}, {"medium": "share", "item": ""}),
        ({"item": "salon026.AAAAAAAAAAAA"}, {"item": ""}),
        ({"item": sign(bytes(32), card=CARD, code="salon026", medium="qr")}, {"item": ""}),
        ({"item": sign(ITEM_KEY, card="another1", code="salon026", medium="qr")}, {"item": ""}),
        ({"ref": "https://www.google.com/search?q=jean"}, {"ref": "www.google.com"}),
        ({"lang": "french!"}, {"lang": ""}),
        ({"tz": "Mars/Olympus"}, {"tz": ""}),
        ({"events": [view(label="06 12 34 56 78")]}, {"label": ""}),
    ],
)
def test_free_text_is_reduced_to_closed_patterns(sent, kept):
    (event,) = admitted(**sent)
    assert {name: getattr(event, name) for name in kept} == kept


@pytest.mark.parametrize(
    ("ref", "kept"),
    [("cartes.example.fr", ""), ("CARTES.example.fr", ""), ("www.example.fr", "www.example.fr")],
)
def test_a_referrer_on_the_cards_own_site_is_none(ref, kept):
    (event,) = admitted(ref=ref)
    assert event.ref == kept
