"""The sentence an owner opens the page for: « 15 vues aujourd'hui, 8 clics sur mon numéro… »."""

from collections.abc import Mapping

from markupsafe import Markup

from dashboard.figures.essentiel import ButtonCount, Essentiel
from dashboard.languages import Language
from schema.languages import N_

BUTTONS_MAX = 2
"""A sentence names the buttons that were used most today; the table below has them all."""

# What was tapped, in the words of the card's owner; every contact kind has its own.
OWN_WORDS: Mapping[str, str] = {
    "phone": N_("my number"),
    "sms": N_("my SMS button"),
    "email": N_("my e-mail"),
    "whatsapp": N_("my WhatsApp"),
    "vcard": N_("my contact file"),
    "form": N_("my form"),
    "booking": N_("my booking button"),
}

_NUMBER = Markup("<b>{}</b>")


def headline(figures: Essentiel, language: Language) -> Markup:
    views = figures.views.today
    if views == 0 and figures.contact_clicks.today == 0:
        return _ours(language.gettext("No view yet today."))
    said = [_views(views, language), *_clicks(figures, language)]
    return Markup(", ").join(said) + "."


def _views(n: int, language: Language) -> Markup:
    sentence = language.ngettext("%(n)s view today", "%(n)s views today", n)
    return _ours(sentence) % {"n": _NUMBER.format(language.number(n))}


def _clicks(figures: Essentiel, language: Language) -> list[Markup]:
    used = [button for button in figures.contacts if button.today]
    most = sorted(used, key=lambda button: -button.today)[:BUTTONS_MAX]
    if not most:
        return [_ours(language.gettext("no click yet"))]
    return [_click(button, language, first=index == 0) for index, button in enumerate(most)]


def _click(button: ButtonCount, language: Language, *, first: bool) -> Markup:
    n = button.today
    sentence = (
        language.ngettext("%(n)s click on %(button)s", "%(n)s clicks on %(button)s", n)
        if first
        else language.gettext("%(n)s on %(button)s")
    )
    return _ours(sentence) % {
        "n": _NUMBER.format(language.number(n)),
        "button": language.gettext(OWN_WORDS[button.target]),
    }


def _ours(sentence: str) -> Markup:
    """Sentences of the catalogue may hold markup; what is put into them is escaped.

    At the end of a line a number stays with its word.
    """
    return Markup(sentence.replace("%(n)s ", "%(n)s\N{NO-BREAK SPACE}"))  # noqa: S704
