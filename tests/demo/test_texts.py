"""Every sentence of the card pages exists in French, and the catalogue has no others."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from balise.demo.card_page import DOMAIN, FOLDER

_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_PLACEHOLDER = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def french() -> Catalog:
    path: Path = FOLDER / "locales" / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _sentences() -> set[str]:
    found = extract_from_dir(FOLDER, _METHODS, keywords={"_": None, "N_": None})
    return {str(message) for _, _, message, _, _ in found}


def test_every_sentence_has_its_french_and_every_french_its_sentence(french: Catalog) -> None:
    assert {message.id for message in french if message.id and message.string} == _sentences()


def test_placeholders_are_the_same_in_both(french: Catalog) -> None:
    for message in french:
        if message.id:
            assert set(_PLACEHOLDER.findall(message.id)) == set(
                _PLACEHOLDER.findall(str(message.string))
            )


def test_french_signs_keep_their_space_which_never_breaks(french: Catalog) -> None:
    texts = [re.sub(r"https?://\S+", "", str(each.string)) for each in french if each.id]
    for text in texts:
        assert not re.search(r"(?<!\N{NO-BREAK SPACE})[;:?!»]|«(?!\N{NO-BREAK SPACE})", text)
