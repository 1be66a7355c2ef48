"""Every sentence a person can read exists in French, and none promises what it should not."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from dashboard.headline import OWN_WORDS
from dashboard.languages import DOMAIN, FOLDER
from pipeline.watch import SENTENCES
from schema.metrics import METRICS
from schema.targets import CONTACT_NAMES, TARGETS
from schema.tiers import CATALOGUE

PACKAGE = FOLDER.parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]

_PLACEHOLDER = re.compile(r"%\(\w+\)s")
# LAW-12, in both languages.
_FORBIDDEN = (
    "sans rgpd",
    "anonyme à 100",
    "100 % anonyme",
    "certifié cnil",
    "certifié par la cnil",
    "gdpr-free",
    "without gdpr",
    "100% anonymous",
    "cnil certified",
)


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (FOLDER / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


@pytest.fixture(scope="module")
def messages() -> set[str | tuple[str, ...]]:
    """All that code and templates say, and the shared tables that pages show."""
    found = {message for _, _, message, _, _ in extract_from_dir(PACKAGE, METHODS)}
    labels = {target.label for target in TARGETS} | {tier.label for tier in CATALOGUE.values()}
    texts = {text for metric in METRICS for text in (metric.label, metric.definition)}
    return found | labels | texts | set(SENTENCES)


def _of(catalogue, message):
    return catalogue.get(message[0] if isinstance(message, tuple) else message)


def _strings(text):
    return text if isinstance(text, list | tuple) else (text,)


def test_extraction_finds_what_pages_say(messages):
    assert "Is your card being used?" in messages
    assert "This page does not exist" in messages
    assert ("%(n)s view today", "%(n)s views today") in messages


def test_every_message_has_a_french_text_that_is_not_fuzzy(messages, french):
    entries = {message: _of(french, message) for message in messages}
    missing = [message for message, entry in entries.items() if not entry or not entry.string]
    unsure = [message for message, entry in entries.items() if entry and entry.fuzzy]
    half = [m for m, entry in entries.items() if entry and not all(_strings(entry.string))]
    assert (missing, unsure, half) == ([], [], [])


def test_the_catalogue_holds_nothing_that_no_one_says(messages, french):
    said = {message[0] if isinstance(message, tuple) else message for message in messages}
    assert [entry.id for entry in french if entry.id and _strings(entry.id)[0] not in said] == []
    assert french.obsolete == {}


def test_translations_keep_the_placeholders(french):
    for entry in french:
        expected = set(_PLACEHOLDER.findall(_strings(entry.id)[0])) if entry.id else set()
        for text in _strings(entry.string) if entry.id else ():
            assert set(_PLACEHOLDER.findall(text)) == expected, text


def test_french_typography_has_its_unbreakable_spaces(french):
    for entry in french:
        for text in _strings(entry.string) if entry.id else ():
            assert not re.search(r"[^\xa0]:(?!//)|[^\u202f][?!;]|'", text), text


def test_no_text_promises_what_the_law_does_not_let_us_promise(messages, french):
    texts = [*(text for message in messages for text in _strings(message))]
    texts += [text for entry in french for text in _strings(entry.string)]
    told = "\n".join(texts).lower().replace("\xa0", " ").replace("\u202f", " ")
    assert [words for words in _FORBIDDEN if words in told] == []


def test_every_contact_kind_has_words_for_the_sentence():
    assert set(OWN_WORDS) == set(CONTACT_NAMES)


def test_no_compiled_catalogue_is_kept():
    assert list(Path(FOLDER).rglob("*.mo")) == []
