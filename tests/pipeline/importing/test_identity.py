"""What a row is known by never changes: not with a version, a column's place or a visitor."""

import polars as pl

from pipeline.importing.check import Bounds, check
from pipeline.importing.identity import SAID, Ordinals, add_pages
from schema.testing.events import NOW_MS

GOLDEN, GOLDEN_OF_KEY = "FvwpT88HzyNp", "rAv0OPo16i-g"
BOUNDS = Bounds(frozenset({"k7Hq2xPa"}), 0, NOW_MS, 395)
ROW = {"card": "k7Hq2xPa", "at": str(NOW_MS), "name": "click", "target": "phone", "ms": "0"}


def identities(*rows):
    columns = {name: [row.get(name, "") for row in rows] for row in rows for name in row}
    frame = pl.DataFrame({"line": list(range(1, len(rows) + 1)), **columns})
    checked = check(frame, BOUNDS)
    said = tuple(name for name in SAID if name in (*checked.given, "ms"))
    return Ordinals().number(add_pages(checked.events, said)).select("page", "seq").rows()


def test_the_page_of_a_row_is_the_same_for_ever():
    """Fails when rows that were imported by an older version would be imported again."""
    assert identities(ROW) == [(GOLDEN, 0)]
    [(keyed, _)] = identities(ROW | {"key": "umami f0e4"})
    assert keyed == GOLDEN_OF_KEY


def test_what_a_row_does_not_say_is_no_part_of_it():
    assert identities(ROW | {"city": "", "visitor": "moi@example.fr"}) == identities(ROW)
    assert identities(dict(reversed(ROW.items()))) == identities(ROW)


def test_each_thing_that_a_row_says_is_part_of_it():
    others = [
        {"at": str(NOW_MS - 1)},
        {"target": "email"},
        {"city": "phone"},
        {"region": "phone"},
        {"label": "phone"},
        {"medium": "qr"},
        {"ms": "1"},
        {"device": "mobile"},
    ]
    pages = [identities(ROW | other)[0][0] for other in [{}, *others]]
    assert len(set(pages)) == len(pages)


def test_rows_that_say_the_same_are_numbered_in_their_order():
    other = ROW | {"target": "email"}
    assert [seq for _, seq in identities(ROW, other, ROW, ROW, other)] == [0, 0, 1, 2, 1]
