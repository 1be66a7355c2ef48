"""The visits of now: one question every moment for all who listen, and only while someone does."""

import asyncio
from contextlib import aclosing

from dashboard.figures.values import Live
from dashboard.live import Board
from schema.testing.loop import run


class Counted:
    """The real store, with what it was asked written down."""

    def __init__(self, store):
        self._store = store
        self.asked = []

    def rows(self, sql, params):
        self.asked.append(params["cards"])
        return self._store.rows(sql, params)


async def heard(board, card, times, then=lambda: None):
    found = []
    async with aclosing(board.listen(card.id)) as told:
        async for now in told:
            found.append(now)
            if len(found) == times:
                return found
            then()


def test_many_listeners_of_a_card_hear_each_change_for_one_question_at_a_time(world):
    world.store_events(world.event(world.mine, "2026-11-20T18:10:00+01:00", visitor=1))
    store = Counted(world.store)

    def somebody_taps_once():
        if len(store.asked) == 1:
            click = {"name": "click", "target": "phone", "visitor": 2}
            world.store_events(world.event(world.mine, "2026-11-20T18:29:00+01:00", **click))

    async def listen():
        board = Board(store, world.clock, every_s=0.1)
        first = heard(board, world.mine, 2, somebody_taps_once)
        others = (heard(board, world.mine, 2) for _ in range(100))
        return await asyncio.gather(first, *others)

    everyone = run(listen())
    assert everyone == [[Live(1, 1, 0, 0), Live(1, 2, 1, 1)]] * 101
    assert store.asked == [[world.mine.id]] * len(store.asked)
    assert len(store.asked) < 10


def test_what_is_older_than_half_an_hour_or_not_of_a_person_is_not_now(world):
    world.store_events(
        world.event(world.mine, "2026-11-20T17:59:59+01:00", visitor=1),
        world.event(world.mine, "2026-11-20T18:20:00+01:00", visitor=2) | {"class": "bot"},
    )

    async def listen():
        return await heard(Board(world.store, world.clock, every_s=0.1), world.mine, 1)

    assert run(listen()) == [Live(0, 0, 0, 0)]


def test_nothing_is_asked_once_nobody_listens(world):
    store = Counted(world.store)

    async def listen():
        board = Board(store, world.clock, every_s=0.01)
        await heard(board, world.mine, 1)
        before = len(store.asked)
        await asyncio.sleep(0.1)
        assert len(store.asked) == before
        await heard(board, world.mine, 1)
        assert len(store.asked) > before

    run(listen())


def test_closing_ends_every_stream_and_whoever_comes_later_is_sent_away(world):
    async def told(board, card):
        return [now async for now in board.listen(card.id)]

    async def listen():
        board = Board(world.store, world.clock, every_s=0.01)
        listening = [asyncio.create_task(told(board, world.mine)) for _ in range(3)]
        await heard(board, world.mine, 1)
        board.close()
        await asyncio.gather(*listening)
        assert await told(board, world.mine) == []

    run(listen())
