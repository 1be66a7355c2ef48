"""`balise export`: the figures of the pages as a file, alone and beside a running server."""

import csv
import json
import subprocess
from datetime import date, timedelta
from io import BytesIO, StringIO

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from schema.testing.events import CARD
from schema.testing.installation import install
from schema.testing.server import BALISE, balise, environment, running

LAST = date.today() - timedelta(days=1)
DAYS = ("--from", str(LAST - timedelta(days=6)), "--to", str(LAST))
VIEWS = 40
HEAD = "Date;Vues;Visiteurs;Visites;Clics;Clics de contact"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A card with forty views of yesterday, an hour before its midnight at the latest."""
    folder = tmp_path_factory.mktemp("export") / "var"
    install(folder, zone="UTC")
    rows = [f"{CARD},{LAST}T10:{n:02}:00Z,view,{n}@example.fr" for n in range(VIEWS)]
    file = folder.parent / "views.csv"
    file.write_text("\n".join(["card,at,name,visitor", *rows]))
    done = balise(folder, "import", str(file))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def export(data, here):
    return lambda *arguments: here(data, "export", *arguments)


@pytest.fixture
def exported(export):
    def run(*arguments):
        done = export("--card", CARD, *DAYS, *arguments)
        assert done.code == 0, done.err
        return done.out

    return run


@pytest.fixture
def refusal(export):
    def run(*arguments, code=2):
        done = export(*arguments)
        assert (done.code, done.out) == (code, ""), done
        assert len(done.err.splitlines()) == 1, done.err
        return done.err

    return run


@pytest.fixture
def account(data, here):
    return here(data, "card", "show", CARD, "--json").json["account"]


def rows_of(text, separator=";"):
    return list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=separator))


def test_without_a_file_the_days_go_to_stdout_and_nothing_else(exported):
    head, *rows = rows_of(exported())
    assert ";".join(head) == HEAD
    assert [row[0] for row in rows] == [str(LAST - timedelta(days=n)) for n in range(6, -1, -1)]
    assert [int(row[1]) for row in rows] == [0] * 6 + [VIEWS]


def test_pdf_and_excel_say_the_same_as_csv(exported, tmp_path):
    for kind in ("pdf", "xlsx"):
        told = json.loads(exported("--out", str(tmp_path / f"f.{kind}"), "--json"))
        assert (told["format"], told["to"]) == (kind, str(LAST))
        assert told["bytes"] == (tmp_path / f"f.{kind}").stat().st_size
    book = load_workbook(tmp_path / "f.xlsx")
    assert sum(row[1] for row in book["Tendance"].iter_rows(min_row=2, values_only=True)) == VIEWS
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "f.pdf").pages)
    assert f"Vues {VIEWS}" in " ".join(text.split()) or str(VIEWS) in text.split()


def test_a_pdf_goes_through_a_pipe(data):
    asked = (BALISE, "export", "--card", CARD, *DAYS, "--format", "pdf")
    done = subprocess.run(asked, env=environment(data), capture_output=True, check=True)
    assert len(PdfReader(BytesIO(done.stdout)).pages) >= 1


def test_beside_a_running_server_it_gives_what_it_gives_alone(data, exported):
    alone = exported()
    with running(data, "serve") as server:
        assert httpx.get(f"{server.origin}/readyz").status_code == 200
        beside = server.run("export", "--card", CARD, *DAYS)
    assert (beside.returncode, beside.stdout) == (0, alone.replace("\r\n", "\n"))


def test_an_account_is_the_sum_of_its_cards(export, account):
    done = export("--account", account, *DAYS, "--style", "en", "--no-bom")
    head, *rows = rows_of(done.out, ",")
    assert head[:2] == ["Date", "Vues"]
    assert sum(int(row[1]) for row in rows) == VIEWS


def test_language_subject_filter_and_interval_can_be_chosen(exported):
    assert rows_of(exported("--language", "en"), ",")[0][1] == "Views"
    assert rows_of(exported("--subject", "source"))[1][:2] == ["Accès direct", str(VIEWS)]
    assert rows_of(exported("--only", "source=qr"))[-1][1] == "0"
    assert len(rows_of(exported("--interval", "week"))) in (2, 3)


def test_as_bought_holds_what_the_tier_includes(export, exported, refusal):
    bought = ("--card", CARD, *DAYS, "--as-bought")
    refused = export(*bought, "--out", "f.xlsx")
    assert refused.code == 1
    assert "The tier premium of A does not include this file, multi_cartes does" in refused.err
    assert "no subject 'device'; there are trend, " in refusal(*bought, "--subject", "device")
    assert rows_of(exported("--subject", "device"))[1][1] == str(VIEWS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give --card, or --account with or without --group."),
        (("--card", CARD, "--account", "a"), "Give --card, or --account"),
        (("--card", "zzzzzzzz"), "There is no card 'zzzzzzzz'"),
        (("--account", "zzzzzzzz"), "There is no account 'zzzzzzzz'"),
        (("--card", CARD, "--to", "2020-01-01"), "to: The last day comes before the first."),
        (("--card", CARD, "--from", "1999-01-01"), "from: “1999-01-01” is not a date."),
        (("--card", CARD, "--interval", "year"), "interval: “year” is not hour, day, week"),
        (("--card", CARD, "--only", "colour=red"), "--only colour=red is no filter; give"),
        (("--card", CARD, "--only", "source=moon"), "source: “moon” cannot be found here."),
        (("--card", CARD, "--subject", "moon"), "This file has no subject 'moon'; there are trend"),
        (("--card", CARD, "--out", "figures"), "add --format csv"),
        (("--card", CARD, "--out", "/nowhere/f.csv"), "There is no folder /nowhere"),
        (("--card", CARD, "--json"), "add --out FILE"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_remedy(refusal, arguments, said):
    assert said in refusal(*DAYS, *arguments)


def test_a_group_that_is_not_there_names_those_that_are(refusal, account):
    said = refusal("--account", account, "--group", "Lyon", *DAYS)
    assert "A has no group 'Lyon'; it has none." in said


def test_a_file_that_cannot_be_written_leaves_what_was_there(refusal, tmp_path):
    (tmp_path / "f.csv").mkdir()
    said = refusal("--card", CARD, *DAYS, "--out", str(tmp_path / "f.csv"), code=3)
    assert f"{tmp_path}/f.csv cannot be written" in said
    assert [path.name for path in tmp_path.iterdir()] == ["f.csv"]
