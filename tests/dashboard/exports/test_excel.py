"""Excel: read back by another program, numbers are numbers, days are days, texts are texts."""

import zipfile
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from dashboard.exports import excel
from dashboard.exports.document import Column, Subject
from dashboard.exports.excel_names import CHARACTERS_MAX, Names
from dashboard.plain import clean


def _book(report, language):
    target = BytesIO()
    excel.write(report, language, target)
    return load_workbook(target)


def _cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(scope="module")
def book(make_report, french):
    return _book(make_report(), french)


def test_there_is_a_sheet_for_each_subject_a_summary_and_the_definitions(book):
    assert book.sheetnames == [
        "Résumé",
        "Jours",
        "Marie Moreau",
        "Régions",
        "Heures",
        "Rien",
        "Définitions",
    ]


def test_read_back_it_is_what_was_given(book, make_report):
    given = [list(row) for row in make_report().subjects[0].rows()]
    head, *rows = _cells(book["Jours"])
    assert head == ["Jour", "Vues", "Clics", "Taux", "Temps"]
    assert [[row[0].date(), *row[1:]] for row in rows] == given
    assert _cells(book["Heures"])[1] == [datetime(2026, 11, 20, 18), 4]
    assert _cells(book["Rien"]) == [["Marie Moreau", "Visites"]]


def test_the_summary_says_the_days_the_filters_and_the_zone(book):
    told = [row[0] for row in _cells(book["Résumé"]) if row[0]]
    assert told[:5] == [
        "Marie Moreau",
        "1er–20 nov. 2026",
        "Comparé à\xa0: 12–31 oct. 2026",
        "Source : Marie Moreau",
        "Jours et heures\xa0: Indian/Reunion",
    ]
    assert ["Vues", 20_190, 18_000] in _cells(book["Résumé"])


def test_it_is_ready_to_be_read_and_printed(book):
    sheet = book["Jours"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:E21"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet["A2"].is_date
    assert sheet["D3"].number_format == "0.0%"


def test_charts_are_native_and_refer_to_their_rows(make_report, french):
    target = BytesIO()
    excel.write(make_report(), french, target)
    with zipfile.ZipFile(target) as parts:
        charts = [parts.read(n).decode() for n in parts.namelist() if "charts/chart" in n]
    assert len(charts) == 3
    assert "Jours!$B$2:$B$21" in charts[0]


def test_no_cell_is_a_formula_or_a_link(make_report, french, all_hostile):
    book = _book(make_report(all_hostile[0], texts=all_hostile), french)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert all(cell.hyperlink is None for cell in cells)
    shown = {str(cell.value).replace("\r", "") for cell in cells}
    assert {clean(text) for text in all_hostile} <= shown


def test_names_of_sheets_are_allowed_and_differ():
    names = Names()
    taken = [names.take(text) for text in ("a/b", "A b", "'x'", "", "[]:*?", "n" * 40, "n" * 41)]
    assert taken == ["a b", "A b (2)", "x", "Balise", "Balise (2)", "n" * 31, "n" * 27 + " (2)"]
    assert all(len(name) <= CHARACTERS_MAX for name in taken)


def test_a_subject_longer_than_a_sheet_goes_on_in_the_next(monkeypatch, make_report, french):
    monkeypatch.setattr(excel, "SHEET_ROWS_MAX", 9)
    book = _book(make_report(), french)
    sheets = [book[name] for name in ("Jours", "Jours (2)", "Jours (3)")]
    rows = [_cells(sheet)[1:] for sheet in sheets]
    assert [len(part) for part in rows] == [8, 8, 4]
    assert [row[1] for part in rows for row in part] == [1_000 + n for n in range(20)]


def test_an_unknown_is_an_empty_cell(book):
    assert book["Jours"]["D5"].value is None


def test_the_longest_text_a_cell_may_hold_is_not_exceeded(make_report, french):
    book = _book(make_report("x" * 40_000), french)
    assert len(book["Régions"]["A1"].value) == 32_767


def test_an_empty_report_is_still_a_workbook(french, make_report):
    report = make_report(rows=lambda: [])
    assert _cells(_book(report, french)["Jours"]) == [["Jour", "Vues", "Clics", "Taux", "Temps"]]


def test_days_of_the_table_are_days(book):
    assert book["Jours"]["A2"].value.date() == date(2026, 11, 1)
    assert Subject("a", "A", (Column("N", "text"),), list).drawing is None
