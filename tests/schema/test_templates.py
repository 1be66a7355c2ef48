"""Texts without values are in a template once it is read; the others are asked for each time."""

import pytest

from schema.templates import environment

FRENCH = {
    "Views": "Vues",
    "Keep": "Garder & fermer",
    "%(n)s views": "%(n)s vues",
    "Say “yes”": "Dire <b>oui</b>",
}


class Texts:
    """French, and a count of how often each text was asked for."""

    def __init__(self):
        self.asked = []

    def gettext(self, message):
        self.asked.append(message)
        return FRENCH.get(message, message)

    def ngettext(self, one, many, n):
        return one if n == 1 else many


def _rendered(tmp_path, source, texts, **values):
    (tmp_path / "page.html").write_text(source, encoding="utf-8")
    template = environment(tmp_path, texts).get_template("page.html")
    texts.asked.clear()
    return template.render(values)


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ('{{ _("Views") }}', "Vues"),
        ('<b title="{{ _("Views") }}">', '<b title="Vues">'),
        ('{% set a = _("Views") %}{{ a ~ "!" }}', "Vues!"),
        ('{% if not _("Views") %}no{% endif %}{{ (_("Views"))|upper }}', "VUES"),
    ],
)
def test_a_text_without_values_is_not_asked_for_again(tmp_path, source, page):
    texts = Texts()
    assert _rendered(tmp_path, source, texts) == page
    assert texts.asked == []


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ('{{ _("%(n)s views", n=3) }}', "3 vues"),
        ('{{ _("%(n)s views", n="<i>") }}', "&lt;i&gt; vues"),
        ('{{ _("Say “yes”") }}', "Dire <b>oui</b>"),
        ('{{ _("Keep") }}', "Garder & fermer"),
        ("{{ _(name) }}", "Vues"),
        ('{{ say("Views") }}', "Views?"),
    ],
)
def test_every_other_call_is_as_it_was(tmp_path, source, page):
    values = {"name": "Views", "say": lambda text: f"{text}?"}
    assert _rendered(tmp_path, source, Texts(), **values) == page
