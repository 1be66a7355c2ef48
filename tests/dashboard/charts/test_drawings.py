"""Every drawing is whole by itself, says its figures in a table, and holds whatever it is given."""

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.charts.figure import figure, svg
from dashboard.charts.ink import LEVELS, level
from dashboard.charts.table import table
from dashboard.charts.values import Bar, Bars, Funnel, Grid, Place, Places, Point, Series
from dashboard.languages import read_languages
from dashboard.pages.design import samples
from dashboard.plain import clean

FRENCH, ENGLISH = (read_languages()[code] for code in ("fr", "en"))
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("https://x.example")',
    "\u202eevil\u202c",
    "x" * 4_000,
    "a\tb",
    "مرحبا بالعالم",
    "👩‍🚀🇷🇪",
    '" onload="alert(1)',
)
NO_CELLS = tuple((0,) * 24 for _ in range(7))
EMPTY = (
    Series("Vues", "day", ()),
    Series("Vues", "day", (Point(date(2026, 11, 1), 0),)),
    Bars("Clics", ()),
    Bars("Clics", (Bar("Téléphone", 0),)),
    Grid("Vues", NO_CELLS),
    Funnel("Vues", (Bar("Vues", 0), Bar("Clics", 0))),
    Places("Visites", "france", ()),
    Places("Visites", "world", ()),
)


def _series(*values, interval="day", before=False):
    first = date(2026, 1, 1)
    points = (
        Point(first + timedelta(days=n), value, value // 2 if before else None)
        for n, value in enumerate(values)
    )
    return Series("Vues", interval, tuple(points), "Avant" if before else "")


def _root(drawing, width=None):
    return ET.fromstring(svg(drawing, FRENCH, width))


def _titles(drawing):
    return {title.text for title in _root(drawing).iter(f"{SVG}title")}


@pytest.mark.parametrize("drawing", [*samples(FRENCH), *EMPTY])
@pytest.mark.parametrize("width", [None, 640])
def test_every_drawing_is_well_formed_named_and_free_of_inline_style(drawing, width):
    root = _root(drawing, width)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == drawing.name
    assert all("style" not in element.attrib for element in root.iter())
    assert "nan" not in svg(drawing, FRENCH, width)


@pytest.mark.parametrize("drawing", samples(FRENCH))
def test_on_paper_every_shape_has_a_colour_of_its_own_and_the_sheet_a_size(drawing):
    root = _root(drawing, 640)
    shapes = [e for e in root.iter() if e.tag.removeprefix(SVG) in ("path", "rect", "text", "line")]
    assert shapes
    assert all(e.get("fill") or e.get("stroke") for e in shapes)
    assert "var(" not in svg(drawing, FRENCH, 640)
    assert root.get("width") == "640"
    assert int(root.get("height")) > 0


@pytest.mark.parametrize("drawing", [*samples(FRENCH), *EMPTY])
def test_every_drawing_has_a_table_with_a_head_for_each_column(drawing):
    found = table(drawing, FRENCH)
    assert all(len(line.cells) + 1 == len(found.heads) for line in found.lines)
    assert "<table>" in figure(drawing, FRENCH)


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_shown_and_never_obeyed(text):
    drawings = (
        Bars(text, (Bar(text, 3, "?a=1&b=" + text),)),
        Funnel(text, (Bar(text, 3),)),
        Places(text, "france", (Place("FR|Bretagne", text, 3),)),
        Series(text, "day", (Point(date(2026, 11, 1), 3, 2),), text),
    )
    for drawing in drawings:
        page = figure(drawing, FRENCH)
        ET.fromstring(f"<page>{page}</page>")
        assert "<script" not in page
        assert ' onload="' not in page
        assert clean(text) in "".join(ET.fromstring(f"<page>{page}</page>").itertext())


def test_characters_that_no_picture_may_hold_are_dropped():
    drawing = Bars("V", (Bar("a\x00b\x1bc\uffffd", 1),))
    assert "abcd" in "".join(_root(drawing).itertext())


def test_a_long_name_is_cut_in_the_drawing_and_whole_in_the_table():
    drawing = Funnel("Vues", (Bar("n" * 4_000, 1),))
    assert "n" * 100 not in svg(drawing, FRENCH)
    assert table(drawing, FRENCH).lines[0].name == "n" * 4_000


def test_the_highest_point_touches_no_edge_and_zero_lies_on_the_floor():
    curve = next(e for e in _root(_series(0, 40, 0)).iter() if e.get("class") == "c-line")
    assert curve.get("d") == "M0.0 190.0L500.0 0.0L1000.0 190.0"


def test_the_period_before_is_drawn_only_when_it_is_compared():
    assert "c-before" not in svg(_series(1, 2, 3), FRENCH)
    assert "c-before" in svg(_series(1, 2, 3, before=True), FRENCH)
    assert table(_series(1, 2, 3, before=True), FRENCH).heads == ("Date", "Vues", "Avant")


def test_a_point_of_the_table_says_which_days_it_stands_for():
    monday = Series("Vues", "week", (Point(date(2026, 11, 16), 5),))
    month = Series("Vues", "month", (Point(date(2026, 2, 1), 5),))
    hour = Series("Vues", "hour", (Point(datetime(2026, 11, 16, 9), 5),))
    spans = [
        (line.first.isoformat(), line.last.isoformat(), line.name)
        for drawing in (monday, month, hour)
        for line in table(drawing, FRENCH).lines
    ]
    assert spans == [
        ("2026-11-16", "2026-11-22", "Semaine du 16 novembre 2026"),
        ("2026-02-01", "2026-02-28", "février 2026"),
        ("2026-11-16", "2026-11-16", "16 novembre 2026, 9\xa0h"),
    ]


def test_one_instant_is_another_hour_in_another_zone():
    noon = datetime(2026, 11, 16, 12, tzinfo=UTC)
    names = [
        table(Series("Vues", "hour", (Point(noon.astimezone(ZoneInfo(zone)), 5),)), FRENCH)
        .lines[0]
        .name
        for zone in ("Europe/Paris", "Indian/Reunion", "Pacific/Auckland")
    ]
    assert names == [
        "16 novembre 2026, 13\xa0h",
        "16 novembre 2026, 16\xa0h",
        "17 novembre 2026, 1\xa0h",
    ]


def test_a_year_of_days_has_few_labels_and_no_dots():
    root = _root(_series(*range(365)))
    assert not list(root.iter(f"{SVG}circle"))
    below = [e for e in root.iter(f"{SVG}text") if e.get("y") == "228"]
    assert len(below) <= 5
    assert below[-1].text == "31 déc."


def test_levels_go_from_nothing_to_the_most_and_a_single_visit_is_seen():
    assert [level(n, 100) for n in (0, 1, 4, 30, 64, 100)] == [0, 1, 1, 3, 4, 5]
    assert level(1, 1) == len(LEVELS) - 1


def test_regions_are_found_however_a_file_of_places_spells_them():
    for spelt in ("Bretagne", "BRETAGNE", "Brittany"):
        assert f"{spelt}\xa0: 12" in _titles(
            Places("V", "france", (Place(f"FR|{spelt}", spelt, 12),))
        )
    south = "Provence-Alpes-Côte d'Azur"
    assert f"{south}\xa0: 3" in _titles(Places("V", "france", (Place(f"FR|{south}", south, 3),)))


def test_overseas_territories_are_on_the_map_of_france_and_of_the_world():
    rows = (Place("RE", "La Réunion", 48), Place("PF", "Polynésie française", 2))
    for area in ("france", "world"):
        assert _titles(Places("V", area, rows)) == {
            "La Réunion\xa0: 48",
            "Polynésie française\xa0: 2",
        }


def test_a_place_that_is_not_on_the_map_is_in_the_table():
    places = Places("V", "world", (Place("", "Inconnu", 7),))
    assert _titles(places) == set()
    assert table(places, FRENCH).lines[0].cells[0] == "7"


def test_numbers_and_days_follow_the_language():
    drawing = _series(1_234, interval="day")
    assert table(drawing, FRENCH).lines[0].cells == ("1\u202f234",)
    assert table(drawing, ENGLISH).lines[0].cells == ("1,234",)
    assert "Thursday, January 1, 2026" in figure(drawing, ENGLISH)
    assert "0\xa0h" in svg(Grid("Vues", NO_CELLS), FRENCH)
    assert "lun." in svg(Grid("Vues", NO_CELLS), FRENCH)


def test_a_share_of_nothing_is_not_zero():
    drawing = Funnel("Vues", (Bar("Vues", 0), Bar("Clics", 0)))
    assert [line.cells for line in table(drawing, FRENCH).lines] == [("0", "–"), ("0", "–")]
