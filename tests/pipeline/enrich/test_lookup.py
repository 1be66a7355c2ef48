import polars as pl
import pytest

from pipeline.enrich import lookup
from pipeline.enrich.lookup import LookUp, by_value, look_up, narrowed, numbered


def counting():
    asked = []

    def answer(value):
        asked.append(value)
        return value.upper(), str(len(value))

    return asked, by_value(answer, ("loud", "length"))


def names(*values):
    return numbered(pl.DataFrame({"name": values, "n": range(len(values))}), ["name"])


def test_each_distinct_value_is_looked_up_once_for_all_batches():
    asked, answer = counting()
    remembering = LookUp("name", answer)
    remembering.beside(names("a", "bb", "a"))
    remembering.beside(names("bb", "ccc"))
    assert sorted(asked) == ["a", "bb", "ccc"]


def test_answers_lie_beside_every_row_in_the_order_it_came():
    _, answer = counting()
    rows = [("bb", 0, "BB", "2"), ("a", 1, "A", "1"), ("bb", 2, "BB", "2")]
    assert LookUp("name", answer).beside(names("bb", "a", "bb")).rows() == rows
    assert look_up(names("bb", "a", "bb"), "name", answer).rows() == rows


def test_a_part_of_a_batch_is_answered_like_the_whole():
    _, answer = counting()
    part = names("a", "bb", "ccc").filter(pl.col("n") > 0)
    assert LookUp("name", answer).beside(part)["loud"].to_list() == ["BB", "CCC"]


def test_answers_of_two_look_ups_can_be_put_together_when_they_share_their_numbers():
    _, answer = counting()
    loud = LookUp("name", answer).beside(names("a", "b"))
    quiet = look_up(loud, "name", by_value(lambda value: (value,), ("quiet",)), beside="loud")
    either = pl.when(pl.col("n") == 0).then("loud").otherwise("quiet")
    assert quiet.select(either)["loud"].to_list() == ["A", "b"]


def test_what_is_remembered_is_bounded_and_a_batch_is_always_answered(monkeypatch):
    monkeypatch.setattr(lookup, "REMEMBERED_MAX", 3)
    asked, answer = counting()
    remembering = LookUp("name", answer)
    remembering.beside(names("a", "b", "c"))
    found = remembering.beside(names("c", "d", "e", "f"))
    assert found["loud"].to_list() == ["C", "D", "E", "F"]
    remembering.beside(names("a"))
    assert sorted(asked) == ["a", "a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("texts", "physical"),
    [(255, pl.UInt8), (256, pl.UInt16), (65_535, pl.UInt16), (65_536, pl.UInt32)],
)
def test_texts_travel_by_the_smallest_numbers_that_are_enough(texts, physical):
    column = numbered(pl.DataFrame({"name": [str(n) for n in range(texts)]}), ["name"])["name"]
    narrow = narrowed(column)
    assert narrow.to_physical().dtype == physical
    assert narrow.cast(pl.String).equals(column.cast(pl.String))
