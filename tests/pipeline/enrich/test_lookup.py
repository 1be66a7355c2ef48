import polars as pl

from pipeline.enrich import lookup
from pipeline.enrich.lookup import LookUp


def counting():
    asked = []

    def answer(value):
        asked.append(value)
        return value.upper(), str(len(value))

    return asked, LookUp("name", answer, ("loud", "length"))


def names(*values):
    return pl.DataFrame({"name": values, "n": range(len(values))})


def test_each_distinct_value_is_looked_up_once_for_all_batches():
    asked, look_up = counting()
    look_up.beside(names("a", "bb", "a"))
    look_up.beside(names("bb", "ccc"))
    assert sorted(asked) == ["a", "bb", "ccc"]


def test_answers_lie_beside_every_row_in_the_order_it_came():
    _, look_up = counting()
    found = look_up.beside(names("bb", "a", "bb"))
    assert found.rows() == [("bb", 0, "BB", "2"), ("a", 1, "A", "1"), ("bb", 2, "BB", "2")]


def test_what_is_remembered_is_bounded_and_a_batch_is_always_answered(monkeypatch):
    monkeypatch.setattr(lookup, "REMEMBERED_MAX", 3)
    asked, look_up = counting()
    look_up.beside(names("a", "b", "c"))
    found = look_up.beside(names("c", "d", "e", "f"))
    assert found["loud"].to_list() == ["C", "D", "E", "F"]
    look_up.beside(names("a"))
    assert sorted(asked) == ["a", "a", "b", "c", "d", "e", "f"]
