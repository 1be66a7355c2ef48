"""PDF: read back it says what was given, tagged, in its language, and no text is an instruction."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from dashboard.exports import pdf


def _read(report, language):
    return PdfReader(BytesIO(pdf.write(report, language)))


def _text(reader):
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.fixture(scope="module")
def paper(make_report, french):
    return _read(make_report(), french)


def test_it_is_tagged_in_its_language_and_claims_the_standard(paper):
    root = paper.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert paper.metadata.title == "Marie Moreau"


def test_every_picture_has_words_and_tables_have_heads(paper):
    kinds = []
    alternatives = []

    def walk(node):
        kinds.append(node.get("/S"))
        if node.get("/S") == "/Figure":
            alternatives.append(node.get("/Alt"))
        below = node.get("/K", [])
        for child in below if isinstance(below, list) else [below]:
            found = child.get_object() if hasattr(child, "get_object") else child
            if hasattr(found, "get"):
                walk(found)

    walk(paper.trailer["/Root"]["/StructTreeRoot"])
    assert len(alternatives) == 5
    assert all(alternatives)
    assert {"/Table", "/TH", "/TD", "/H1"} <= set(kinds)


def test_pages_are_a4_and_numbered(paper):
    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in paper.pages} == {
        (595, 842)
    }
    last = len(paper.pages)
    assert f"Page {last} / {last}" in paper.pages[-1].extract_text()


def test_read_back_it_says_what_was_given(paper, make_report):
    text = _text(paper)
    for row in make_report().subjects[0].rows():
        assert f"{row[1]:,}".replace(",", "\u202f") in text
    assert "20\u202f190" in text
    assert "18\u202f000 à la période précédente" in text
    assert "1er–20 nov. 2026" in text
    assert "Indian/Reunion" in text
    assert "La carte a été ouverte." in text
    assert "Personne n’est venu par là ces jours-ci." in text


def test_drawings_are_drawn_and_no_font_of_the_machine_is_used(paper):
    fonts = {
        font.get_object()["/BaseFont"].split("+")[-1]
        for page in paper.pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert fonts
    assert all(name.startswith(("Inter", "NotoEmoji")) for name in fonts), fonts


@pytest.mark.parametrize("title", ['#eval("1+1") $x$ *b* \\ `c` <a> @b //c', "n" * 4_000])
def test_no_text_is_an_instruction(make_report, french, all_hostile, title):
    text = _text(_read(make_report(title, texts=all_hostile), french))
    assert title[:30] in text
    assert "<script>alert(1)</script>" in text
    assert '=HYPERLINK("https://x.example")' in text
    assert '#eval("1+1") $x$ *b* _i_ \\ `c` <a> @b //c' in text


def test_a_script_without_a_font_is_printed_without_claiming_the_standard(make_report, french):
    root = _read(make_report("日本語"), french).trailer["/Root"]
    assert b"pdfuaid" not in root["/Metadata"].get_data()
    assert root["/MarkInfo"]["/Marked"]


def test_emoji_hebrew_and_arabic_keep_the_standard(make_report, french):
    root = _read(make_report("👩‍🚀 ☕ مرحبا שלום"), french).trailer["/Root"]
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_in_english_it_is_english(make_report, english):
    paper = _read(make_report(), english)
    assert paper.trailer["/Root"]["/Lang"] == "en"
    assert "18,000 in the previous period" in _text(paper)


def test_without_an_address_there_is_no_code(make_report, french):
    with_code = pdf.write(make_report(), french)
    without = pdf.write(replace(make_report(), address=""), french)
    assert len(without) < len(with_code)
