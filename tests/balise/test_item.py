import cv2
import pytest

from schema.directory import items
from schema.directory.database import open_directory


@pytest.fixture
def card(shell, account) -> str:
    given = ("--name", "Marie", "--url", "https://carte.example.fr/marie", "--zone", "Europe/Paris")
    return str(shell("card", "create", "--account", account, *given, "--json").json["id"])


@pytest.fixture
def item(shell, card):
    given = ("--card", card, "--medium", "qr", "--label", "Salon de Lyon")
    return shell("item", "create", *given, "--json").json


def test_an_item_is_made_shown_and_listed_with_its_short_link(shell, card, item) -> None:
    assert (item["card"], item["medium"], item["label"]) == (card, "qr", "Salon de Lyon")
    assert item["link"] == f"http://127.0.0.1:8000/q/{item['code']}"
    assert shell("item", "show", item["code"], "--json").json == item
    assert shell("item", "list", "--json").json == [item]
    assert shell("item", "list", "--card", card, "--json").json == [item]


def test_people_read_it_in_columns(shell, item) -> None:
    head, line = shell("item", "list").out.splitlines()
    assert head.split() == ["code", "card", "medium", "label", "created", "revoked"]
    assert line.split()[0] == item["code"]
    assert line.endswith(" UTC  -")
    assert shell("item", "show", item["code"]).out.endswith(f"{item['link']}\n")


def test_the_link_is_on_the_public_address(shell, item, monkeypatch) -> None:
    monkeypatch.setenv("BALISE_PUBLIC_URL", "https://stats.example.fr")
    link = shell("item", "show", item["code"], "--json").json["link"]
    assert link == f"https://stats.example.fr/q/{item['code']}"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--medium", "flyer", "--label", "x"), "The medium 'flyer' is unknown; use one of qr, "),
        (("--medium", "qr", "--label", " "), "The label ' ' cannot be used"),
        (("--card", "nobody99", "--medium", "qr", "--label", "x"), "There is no card 'nobody99'"),
    ],
)
def test_what_cannot_be_an_item_is_refused(shell, card, options, sentence) -> None:
    answer = shell("item", "create", "--card", card, *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(sentence)
    assert shell("item", "list").out == "No item yet; `balise item create` makes one.\n"


def test_revoking_asks_first_and_is_written_down(shell, item, directory_dsn) -> None:
    code = item["code"]
    answer = shell("item", "revoke", code, typed="n\n")
    assert (answer.code, answer.out) == (130, "")
    assert f"Revoke the item Salon de Lyon ({code})?" in answer.err
    assert shell("item", "revoke", code, "--yes").out == f"Item {code} revoked.\n"
    directory = open_directory(directory_dsn)
    with directory.read() as conn:
        assert items.get(conn, code).revoked_ms
        actions = conn.exec_driver_sql("SELECT action FROM audit ORDER BY id").scalars().all()
    directory.close()
    assert actions[-2:] == ["item.create", "item.revoke"]
    answer = shell("item", "qr", code)
    assert (answer.code, answer.err) == (
        2,
        f"The item '{code}' is revoked; create another one to print.\n",
    )


@pytest.mark.parametrize("options", [(), ("--logo",), ("--colour", "#834616", "--level", "q")])
def test_a_qr_code_for_the_printer_is_read_back(shell, item, tmp_path, options) -> None:
    file = tmp_path / "code.png"
    answer = shell("item", "qr", item["code"], "--format", "png", "--out", str(file), *options)
    assert answer.out == f"{file} leads to {item['link']}.\n"
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.imread(str(file)))
    assert text == item["link"]


def test_an_svg_is_written_here_under_its_code(shell, item, tmp_path) -> None:
    told = shell("item", "qr", item["code"], "--json").json
    assert told == {"file": f"{item['code']}.svg", "link": item["link"]}
    assert (tmp_path / told["file"]).read_text().startswith("<svg ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--colour", "gold"), "The colour 'gold' cannot be read"),
        (("--logo", "--level", "m"), "A code with room for a logo cannot have the level 'm'"),
        (("--out", "nowhere/code.svg"), "nowhere/code.svg cannot be written (No such file"),
        (("--format", "gif"), "Invalid value for '--format'"),
    ],
)
def test_a_drawing_that_cannot_be_made_is_one_sentence(shell, item, options, sentence) -> None:
    answer = shell("item", "qr", item["code"], *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(sentence)


def test_an_unknown_code_is_one_sentence(shell, directory_dsn) -> None:
    for action in ("show", "qr", "revoke"):
        answer = shell("item", action, "nobody99")
        assert answer == (2, "", "There is no item 'nobody99'; `balise item list` shows them.\n")
