"""Any packing, any encoding, one text; and what is none is refused with a sentence."""

import gzip
import io
import zipfile
from contextlib import closing

import pytest

from pipeline.importing import source
from pipeline.importing.source import Source
from schema.errors import BadInput

TEXT = "card,city\na,Brest\nb,Besançon\n"


def read(path, member=""):
    with closing(Source(path, member)) as opened:
        return [(piece.first_line, piece.text.decode()) for piece in opened.pieces()]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
@pytest.mark.parametrize("packed", [False, True])
def test_an_encoding_is_recognised_packed_or_not(tmp_path, encoding, packed):
    written = TEXT.encode(encoding)
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(written) if packed else written)
    assert read(path) == [(1, TEXT)]


def test_pieces_are_whole_lines_with_their_number(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "PIECE_BYTES", 12)
    path = tmp_path / "a.csv"
    path.write_bytes(b"one\ntwo\nthree\nfour and more than that\nfive")
    assert read(path) == [
        (1, "one\ntwo\n"),
        (3, "three\n"),
        (4, "four and more than that\n"),
        (5, "five"),
    ]


def test_latin_1_is_recognised_where_it_first_shows(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "PIECE_BYTES", 12)
    path = tmp_path / "a.csv"
    path.write_bytes(b"plain ascii\nplain ascii\ncaf\xe9\n")
    assert "".join(text for _, text in read(path)).endswith("café\n")


def test_one_bad_line_does_not_make_a_utf_8_file_latin(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("café\n".encode() + b"caf\xe9\n")
    with closing(Source(path)) as opened:
        [piece] = opened.pieces()
    assert piece.text == "café\n".encode() + b"caf\xe9\n"


def test_a_zip_is_read_by_the_file_that_is_meant(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export/imported_pages_20260101_20261119.csv", TEXT)
        archive.writestr("export/imported_visitors_20260101_20261119.csv", "date\n")
    assert read(path, "imported_pages*.csv") == [(1, TEXT)]
    with pytest.raises(BadInput, match="zip without one file"):
        read(path, "website_event*.csv")


def cut(path):
    path.write_bytes(gzip.compress(TEXT.encode() * 100)[:60])


FAULTS = {
    "cannot be read: No such file": lambda path: None,
    "is not a file": lambda path: path.mkdir(),
    "is empty": lambda path: path.write_bytes(b""),
    "damaged or not complete": cut,
    "is a Parquet file": lambda path: path.write_bytes(b"PAR1" + b"\0" * 40),
    "zero bytes": lambda path: path.write_bytes(b"\x00\x01\x02\x03\x00\x00" * 20),
    "neither in UTF-8": lambda path: path.write_bytes(b"a\n\x81\x8d\x9d\n"),
    "not whole UTF-16": lambda path: path.write_bytes(b"\xff\xfea\x00\n\x00b"),
}


@pytest.mark.parametrize("told", FAULTS)
def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path, told):
    path = tmp_path / "file.csv"
    FAULTS[told](path)
    with pytest.raises(BadInput, match=told) as raised:
        read(path)
    assert str(path) in str(raised.value)


def test_a_line_without_end_is_not_read_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "PIECE_BYTES", 1000)
    monkeypatch.setattr(source, "LINE_BYTES_MAX", 5000)
    path = tmp_path / "file.csv"
    path.write_bytes(b"x" * 10_000)
    with pytest.raises(BadInput, match="line of more than 5000 bytes"):
        read(path)


def grown(path):
    with path.open("ab") as file:
        file.write(b"c\n")


def replaced(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.rename(path)


@pytest.mark.parametrize("change", [grown, replaced, lambda path: path.unlink()])
def test_a_file_that_changes_is_noticed(tmp_path, change):
    path = tmp_path / "file.csv"
    path.write_bytes(b"a\nb\n")
    with closing(Source(path)) as opened:
        opened.check_unchanged()
        change(path)
        with pytest.raises(BadInput, match="changes while it is read"):
            opened.check_unchanged()


def test_how_much_is_read_is_told(tmp_path):
    path = tmp_path / "file.csv.gz"
    with io.BytesIO() as packed:
        path.write_bytes(gzip.compress(TEXT.encode()))
        packed.close()
    with closing(Source(path)) as opened:
        list(opened.pieces())
        assert opened.share == 1.0
