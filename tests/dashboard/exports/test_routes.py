"""Files over the routes: the page's numbers, the page's filters, and nothing for those without."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import update

from schema.directory.tables import accounts

DAY = "2026-11-20"
PERIOD = "period=custom&from=2026-11-01&to=2026-11-20"
HOSTILE = '=HYPERLINK("https://x.example")'


@pytest.fixture
def read(world):
    """A card with seven views by four visitors, one of whom was sent by a hostile site."""

    def visit(n, referrer, *names):
        return [
            world.event(
                world.mine,
                f"{DAY}T1{n}:00:0{seq}+01:00",
                name=name,
                visitor=n + 1,
                source="site",
                referrer=referrer,
                country="FR",
                region="Bretagne",
                city="Brest",
                target="phone" if name == "click" else None,
            )
            for seq, name in enumerate(names)
        ]

    world.store_events(
        *visit(1, HOSTILE, "view", "view", "click"),
        *visit(2, "a.example", "view", "view"),
        *visit(3, "a.example", "view", "click"),
        *visit(4, "b.example", "view", "view"),
    )
    visitor = world.visitor(world.owner)

    def read(kind, query="", status=200):
        answer = visitor.get(f"/cards/{world.mine.id}/export.{kind}?{PERIOD}&{query}")
        assert answer.status_code == status, answer.text
        return answer

    return read


def _tier(world, tier):
    with world.directory.write() as conn:
        conn.execute(update(accounts).where(accounts.c.id == world.mine.account).values(tier=tier))


def _rows(answer, separator=";"):
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(StringIO(text), delimiter=separator))


def test_a_csv_file_has_every_day_and_adds_up(read):
    answer = read("csv")
    head, *rows = _rows(answer)
    assert head == ["Date", "Vues", "Visiteurs", "Visites", "Clics", "Clics de contact"]
    assert len(rows) == 20
    assert [sum(int(row[n]) for row in rows) for n in range(1, 6)] == [7, 4, 4, 2, 2]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    name = "balise-marie-moreau-trend-2026-11-01-2026-11-20.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_a_subject_is_chosen_by_its_name_and_adds_up_to_the_same(read):
    rows = _rows(read("csv", "subject=referrer"))[1:]
    assert rows == [
        ["a.example", "3", "2", "2", "1", "1"],
        [f"'{HOSTILE}", "2", "1", "1", "1", "1"],
        ["b.example", "2", "1", "1", "0", "0"],
    ]


def test_filters_hold_in_files_as_on_the_page(read):
    for kind, shown in (("csv", "3"), ("pdf", "a.example")):
        assert shown in str(_text(read(kind, "referrer=a.example")))
    rows = _rows(read("csv", "referrer=a.example"))[1:]
    assert sum(int(row[1]) for row in rows) == 3


def _text(answer):
    if answer.headers["content-type"].startswith("text/csv"):
        return _rows(answer)
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


def test_a_pdf_says_the_same(read):
    answer = read("pdf")
    text = _text(answer)
    assert answer.headers["content-type"] == "application/pdf"
    assert "Marie Moreau" in text
    assert "7 à" not in text
    assert "1er–20 nov. 2026" in text
    assert HOSTILE in text
    assert "20 nov. 2026\n7\n4\n4\n2\n2" in text or "20 nov. 2026 7 4 4 2 2" in text


def test_an_excel_file_says_the_same_to_those_whose_tier_has_it(world, read):
    read("xlsx", status=403)
    _tier(world, "multi_cartes")
    book = load_workbook(BytesIO(read("xlsx").content))
    rows = list(book["Tendance"].iter_rows(min_row=2, values_only=True))
    assert [sum(row[n] for row in rows) for n in range(1, 6)] == [7, 4, 4, 2, 2]
    assert {"Heures de la semaine", "Région", "Bouton"} <= set(book.sheetnames)


def test_a_tier_without_files_gets_none_and_an_upgrade_brings_them(world, read):
    _tier(world, "essentiel")
    for kind in ("csv", "pdf", "xlsx"):
        read(kind, status=403)
    _tier(world, "force_de_vente")
    assert _rows(read("csv", "subject=target"))[1][0] == "Téléphone"


def test_hours_are_for_those_who_see_them_on_the_page(world, read):
    query = "from=2026-11-20&to=2026-11-20"
    day = f"/cards/{world.mine.id}/export.csv?period=custom&{query}"
    assert len(_rows(world.visitor(world.owner).get(day))) == 2
    _tier(world, "force_de_vente")
    rows = _rows(world.visitor(world.owner).get(day))
    assert len(rows) == 25
    assert rows[12][:2] == ["2026-11-20 11:00", "2"]


def test_separators_and_the_mark_can_be_chosen(read):
    assert read("csv").content.startswith(b"\xef\xbb\xbfDate;")
    assert read("csv", "style=en").content.startswith(b"Date,")
    assert read("csv", "style=en&bom=yes").content.startswith(b"\xef\xbb\xbfDate,")
    assert read("csv", "bom=no").content.startswith(b"Date;")


@pytest.mark.parametrize("query", ["style=de", "bom=maybe", "country=france", "interval=year"])
def test_what_cannot_be_read_is_said_and_no_file_is_made(read, query):
    answer = read("csv", query, status=400)
    assert "attachment" not in answer.headers.get("content-disposition", "")


def test_an_unknown_subject_and_one_beyond_the_tier_are_not_there(read):
    read("csv", "subject=nothing", status=404)
    read("csv", "subject=device", status=404)


def test_one_small_place_is_not_shown_alone(read):
    read("pdf", "city=FR|Bretagne|Brest", status=404)


def test_a_foreign_card_is_unknown(world):
    stranger = world.visitor(world.stranger)
    for kind in ("csv", "pdf", "xlsx"):
        status = stranger.get(f"/cards/{world.mine.id}/export.{kind}").status_code
        assert status in (403, 404)


def test_all_cards_of_an_account_come_as_one_file_to_those_whose_tier_has_it(world, read):
    visitor = world.visitor(world.owner)
    path = f"/cards/export.{{}}?{PERIOD}"
    assert visitor.get(path.format("csv")).status_code == 403
    _tier(world, "multi_cartes")
    rows = _rows(visitor.get(path.format("csv") + "&subject=cards"))
    assert rows[1:] == [
        ["Atelier Moreau", "0", "0", "0", "0", "0", ""],
        ["Marie Moreau", "7", "4", "4", "2", "2", "0,5000"],
    ]
    assert "Atelier Moreau" in _text(visitor.get(path.format("pdf")))
    book = load_workbook(BytesIO(visitor.get(path.format("xlsx")).content))
    assert {"Cartes", "Tendance"} <= set(book.sheetnames)


def test_a_group_and_another_account_are_asked_for_by_name(world, read):
    _tier(world, "multi_cartes")
    visitor = world.visitor(world.owner)
    assert visitor.get(f"/cards/export.csv?{PERIOD}&group=nobody").status_code == 404
    assert world.visitor(world.ops).get(f"/cards/export.csv?{PERIOD}").status_code == 404
    own = f"/cards/export.csv?{PERIOD}&subject=cards&account={world.foreign.account}"
    assert "Marie Moreau" in visitor.get(own).text
    assert "Paul Hoarau" in world.visitor(world.ops).get(own).text
