"""Every sentence of the visitors' pages exists in French, and the catalogue has no others."""

import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from collector.pages import DOMAIN, FOLDER, LOCALES

_PLACEHOLDER = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (LOCALES / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def test_every_sentence_has_its_french_and_every_french_its_sentence(french):
    said = {text for _, _, text, _, _ in extract_from_dir(FOLDER, [("templates/*.html", "jinja2")])}
    assert {entry.id for entry in french if entry.id and entry.string and not entry.fuzzy} == said
    assert "Do not count me any more" in said


def test_placeholders_are_the_same_in_both(french):
    for entry in french:
        if entry.id:
            told = set(_PLACEHOLDER.findall(entry.id))
            assert told == set(_PLACEHOLDER.findall(entry.string)), entry.id


def test_french_typography_has_its_unbreakable_spaces(french):
    for entry in french:
        if entry.id:
            assert not re.search(r"[^\xa0]:(?!//)|[^\u202f][?!;]|'|« ", entry.string), entry.string
