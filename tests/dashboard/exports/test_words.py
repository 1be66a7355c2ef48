"""Names of files, and cells as people read them."""

from dataclasses import replace
from datetime import date, datetime

from dashboard.exports.cells import told
from dashboard.exports.words import file_name


def test_a_files_name_says_the_card_the_subject_and_the_days(make_report):
    report = make_report("Zoé d’Écully")
    assert file_name(report, "days", "csv") == "balise-zoe-decully-days-2026-11-01-2026-11-20.csv"


def test_a_files_name_holds_only_plain_letters(make_report, hostile):
    name = file_name(replace(make_report(), title=hostile), "days", "pdf")
    stem = name.removesuffix(".pdf")
    assert stem.replace("-", "").isalnum()
    assert name.isascii()
    assert len(name) < 140


def test_cells_are_told_in_the_readers_language(french, english):
    assert told(1_234, "count", french) == "1\u202f234"
    assert told(0.256, "rate", french) == "26\xa0%"
    assert told(None, "rate", french) == "–"
    assert told(61, "seconds", french) == french.duration(61)
    assert told(date(2026, 11, 20), "day", french) == "20 nov. 2026"
    assert told(datetime(2026, 11, 20, 18), "hour", french) == "20 nov. 2026, 18\xa0h"
    assert told(date(2026, 11, 20), "day", english) == "Nov 20, 2026"
