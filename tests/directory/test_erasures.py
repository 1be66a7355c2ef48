from schema.directory import erasures
from schema.directory.erasures import Erasure


def test_an_erasure_that_was_asked_for_waits_until_it_is_done(directory):
    first, second = Erasure("k7Hq2xPa", "user:u1", 2), Erasure("Pa2xk7Hq", "user:u1", 1)
    with directory.write() as conn:
        erasures.ask(conn, first)
        erasures.ask(conn, second)
        erasures.ask(conn, Erasure(first.card, "user:u2", 3))
        assert erasures.every(conn) == [second, first]
        erasures.done(conn, second.card)
        assert erasures.every(conn) == [first]
