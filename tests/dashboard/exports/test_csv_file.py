"""CSV: read back it is what was given, in French and international ways, and nothing runs."""

import csv
from datetime import date
from io import StringIO

import pytest

from dashboard.exports.cells import TRIGGERS
from dashboard.exports.csv_file import FRENCH, INTERNATIONAL, REMEMBERED_MAX, ROWS_AT_ONCE, write
from dashboard.exports.document import Column, Subject


def _text(subject, style):
    return b"".join(write(subject, style)).decode("utf-8")


def _rows(subject, style):
    return list(
        csv.reader(StringIO(_text(subject, style).lstrip("\ufeff")), delimiter=style.separator)
    )


def _names(*texts):
    return Subject("s", "S", (Column("Nom", "text"),), lambda: [(text,) for text in texts])


def test_a_french_file_opens_in_a_french_excel(make_report):
    text = _text(make_report().subjects[0], FRENCH)
    assert text.startswith("\ufeffJour;Vues;Clics;Taux;Temps\r\n2026-11-01;1000;0;0,0000;61\r\n")


def test_an_international_file_has_commas_points_and_no_mark(make_report):
    text = _text(make_report().subjects[0], INTERNATIONAL)
    assert text.startswith("Jour,Vues,Clics,Taux,Temps\r\n2026-11-01,1000,0,0.0000,61\r\n")


def test_read_back_it_adds_up_to_what_was_given(make_report):
    subject = make_report().subjects[0]
    for style in (FRENCH, INTERNATIONAL):
        head, *rows = _rows(subject, style)
        assert head == [column.name for column in subject.columns]
        assert sum(int(row[1]) for row in rows) == sum(row[1] for row in subject.rows())
        assert rows[3][3] == ""


def test_an_hour_is_a_local_moment(make_report):
    assert _rows(make_report().subjects[3], FRENCH)[1] == ["2026-11-20 18:00", "4"]


def test_no_text_begins_as_a_formula_does(hostile):
    for style in (FRENCH, INTERNATIONAL):
        [[_], [cell]] = _rows(_names(hostile), style)
        assert not cell.lstrip().startswith(TRIGGERS)


@pytest.mark.parametrize("text", ["👩‍🚀 🇷🇪", "مرحبا שלום", "n" * 4_000, 'a"b;c,d', "Zoé-Anne"])
def test_a_harmless_text_stays_as_it_is(text):
    assert _rows(_names(text), FRENCH)[1:] == [[text]]


def test_heads_are_neutral_too():
    subject = Subject("s", "S", (Column("=1+1", "text"),), lambda: [])
    assert _rows(subject, FRENCH) == [["'=1+1"]]


def test_what_is_remembered_of_many_names_is_bounded():
    given = [f"n{n}" for n in range(2 * REMEMBERED_MAX + 7)] + ["n0"]
    assert [row[0] for row in _rows(_names(*given), FRENCH)[1:]] == given


def test_rows_are_asked_for_only_as_the_file_is_read():
    asked = []

    def rows():
        for n in range(10 * ROWS_AT_ONCE):
            asked.append(n)
            yield (date(2026, 11, 1 + n % 30), n)

    pieces = write(Subject("s", "S", (Column("J", "day"), Column("V", "count")), rows), FRENCH)
    next(pieces)
    assert len(asked) == 0
    next(pieces)
    assert len(asked) == ROWS_AT_ONCE
