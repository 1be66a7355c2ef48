"""Contact files are read back by a strict reader of RFC 2426, written for these tests."""

import re
from base64 import b64decode
from dataclasses import replace

import pytest

from balise.demo.people import CARDS, DemoCard
from balise.demo.vcard import vcard

PHOTO = bytes(range(200))
ADDRESS = "http://127.0.0.1:8000/c/tTeriiT1"

each_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)


def _read(file: bytes) -> dict[str, list[str]]:
    """Property with parameters → its components. Refuses what an address book would."""
    lines = file.split(b"\r\n")
    assert lines.pop() == b"", "the last line ends too"
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in file.replace(b"\r\n", b"")
    unfolded = file.decode().replace("\r\n ", "").splitlines()
    assert unfolded[0] == "BEGIN:VCARD"
    assert unfolded[1] == "VERSION:3.0"
    assert unfolded[-1] == "END:VCARD"
    named = (line.partition(":") for line in unfolded)
    return {name: [_plain(part) for part in _parts(value)] for name, _, value in named}


def _parts(value: str) -> list[str]:
    return re.split(r"(?<!\\);", value)


def _plain(part: str) -> str:
    return re.sub(r"\\([\\;,n])", lambda found: "\n" if found[1] == "n" else found[1], part)


@each_card
def test_a_card_is_read_back_as_it_was_meant(card: DemoCard) -> None:
    read = _read(vcard(card, ADDRESS, PHOTO))
    assert read["FN"] == [card.full_name]
    assert read["N"][:2] == [card.last_name, card.first_name]
    assert read["ORG"] == [card.company]
    assert read["TITLE"] == [card.job]
    assert read["TEL;TYPE=CELL,VOICE,PREF"] == [card.mobile]
    assert read["TEL;TYPE=WORK,VOICE"] == [card.landline]
    assert read["EMAIL;TYPE=INTERNET,WORK"] == [card.email]
    assert read["ADR;TYPE=WORK"] == [
        "", "", card.street, card.town, "", card.postcode, card.country
    ]  # fmt: skip
    assert read["NOTE"] == [card.pitch]
    assert b64decode(read["PHOTO;ENCODING=b;TYPE=PNG"][0]) == PHOTO


def test_signs_with_a_meaning_and_long_texts_survive() -> None:
    odd = replace(CARDS[0], company="A;B, C\\D\nE", pitch="é" * 200)
    read = _read(vcard(odd, ADDRESS, PHOTO))
    assert read["ORG"] == ["A;B, C\\D\nE"]
    assert read["NOTE"] == ["é" * 200]


def test_a_line_is_never_cut_inside_a_character() -> None:
    long = replace(CARDS[0], pitch="a" + "é" * 100)
    for line in vcard(long, ADDRESS, PHOTO).split(b"\r\n"):
        line.decode()
