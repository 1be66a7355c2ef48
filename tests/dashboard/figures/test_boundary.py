"""Each day is answered by rollups or by raw events, also while the one becomes the other."""

from datetime import date

import pytest

from dashboard import period as periods
from dashboard.figures.question import Question
from dashboard.figures.read import Place, read
from dashboard.figures.totals import stats
from dashboard.period import Period
from pipeline.roll import roll_closed_days
from schema.directory import rollup_state
from schema.directory.rollup_state import RECIPE, Rolled

DAYS = Period(date(2026, 11, 17), date(2026, 11, 20))


def swapped_and_not_written_down(directory, card):
    """Tables have yesterday; who asks has read the state before that was so."""
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {card.id: Rolled(date(2026, 11, 17), card.zone, RECIPE)})


@pytest.mark.parametrize("filters", [(), (("source", "qr"),)])
def test_a_day_that_is_swapped_in_meanwhile_counts_once(world, filters):
    world.store_events(
        *(
            world.event(world.mine, f"2026-11-{day}T12:00:00+01:00", visitor=day, source="qr")
            for day in (17, 18, 19, 20)
        )
    )
    roll_closed_days(world.store, world.directory, world.clock())
    swapped_and_not_written_down(world.directory, world.mine)
    place = Place(world.store, world.directory, world.clock())
    for cards in ((world.mine,), (world.mine, world.second)):
        question = Question(cards, DAYS, periods.before(DAYS), filters)
        found = read(place, question, stats(question)).totals
        assert (found.views, found.visits, found.visitors) == (4, 4, 4)
