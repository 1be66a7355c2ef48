from datetime import date

import pytest

from dashboard.figures.essentiel import ButtonCount, Count, Essentiel
from dashboard.headline import headline
from dashboard.languages import read_languages

LANGUAGES = read_languages()


def said(views, language="fr", **clicks):
    figures = Essentiel(
        today=date(2026, 11, 20),
        views=Count(1000, views),
        contact_clicks=Count(500, sum(clicks.values())),
        contacts=tuple(ButtonCount(target, 100, n) for target, n in clicks.items()),
        links=(),
        last_visit=None,
        automatic=0,
    )
    return headline(figures, LANGUAGES[language])


def test_it_is_the_sentence_of_the_product_note():
    sentence = said(15, phone=8, email=3).striptags()
    assert sentence == "15 vues aujourd’hui, 8 clics sur mon numéro, 3 sur mon e-mail."


def test_it_exists_in_english():
    sentence = said(15, "en", phone=8, email=3).striptags()
    assert sentence == "15 views today, 8 clicks on my number, 3 on my e-mail."


@pytest.mark.parametrize(
    ("views", "clicks", "sentence"),
    [
        (0, {}, "Pas encore de vue aujourd’hui."),
        (1, {"phone": 0}, "1 vue aujourd’hui, pas encore de clic."),
        (2, {"phone": 0, "email": 1}, "2 vues aujourd’hui, 1 clic sur mon e-mail."),
        (0, {"phone": 1}, "0 vue aujourd’hui, 1 clic sur mon numéro."),
    ],
)
def test_zero_and_one_are_said_as_people_say_them(views, clicks, sentence):
    assert said(views, **clicks).striptags() == sentence


def test_it_names_the_two_most_used_buttons_of_the_day():
    sentence = said(40, phone=2, email=1, whatsapp=9, vcard=5).striptags()
    assert sentence == "40 vues aujourd’hui, 9 clics sur mon WhatsApp, 5 sur ma fiche contact."


def test_its_numbers_stand_out_and_keep_to_their_thousands_and_their_word():
    assert said(1204, phone=1).startswith("<b>1\u202f204</b>\xa0vues aujourd")
