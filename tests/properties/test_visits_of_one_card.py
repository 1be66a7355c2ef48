"""What a page counts of one card's events, row by row, is what the plain reference says of them."""

from collections import Counter, defaultdict
from datetime import timedelta

from hypothesis import Phase, given, settings

from dashboard.figures.asks import Ask
from dashboard.figures.one_card.counted import of_open_days
from dashboard.figures.one_card.visits import Event, opened
from dashboard.figures.values import Counts, added
from dashboard.period import Period
from schema.days import local_day
from schema.testing.figures import ATTRIBUTES, reference_tables
from schema.testing.histories import ZONES, histories

BYS = (*ATTRIBUTES, "target")


def of_card(events, card):
    return [each for each in events if each["card"] == card]


def read(events):
    """As rows come from the store."""
    return [
        Event(
            *(each[name] for name in ("visitor", "at", "page", "seq", "name", "target", "ms")),
            is_human=each["class"] == "human",
            known={name: each[name] for name in ATTRIBUTES},
        )
        for each in events
    ]


def counts(row):
    """What a row of a table adds, by the names of `Counts`."""
    found = {name: row[name] for name in Counts._fields if name in row}
    return Counts(**found | {"last_view_ms": row.get("last_view_at", 0)})


def by_keys(rows, key):
    grouped = defaultdict(list)
    for row in rows:
        grouped[key(row)].append(counts(row))
    return {keys: added(several) for keys, several in grouped.items()}


def only(sums, *names):
    """These figures of an answer, without the keys of which they say nothing."""
    kept = {keys: tuple(getattr(n, name) for name in names) for keys, n in sums.items()}
    return {keys: figures for keys, figures in kept.items() if any(figures)}


@settings(max_examples=60, deadline=None, phases=(Phase.generate,))
@given(events=histories)
def test_days_hours_and_breakdowns_are_those_of_the_reference(events):
    for card in {each["card"] for each in events}:
        zone, told = ZONES[card], of_card(events, card)
        tables = reference_tables(told, ZONES)
        days = {local_day(each["at"], zone) for each in told}
        period = Period(min(days), max(days))
        asks = (
            Ask("days", ("day",), period),
            Ask("hours", ("start",), period),
            Ask("dims", ("day", "by", "key"), period, bys=BYS),
            Ask("starts", ("day", "hour"), period),
            Ask("engaged", ("day", "second"), period),
        )
        found = of_open_days(
            card, opened(read(told), days, zone), (), [(ask, days) for ask in asks]
        )
        by_day, by_hour, by_dim, by_start, by_second = found
        rows = tables["card_days"]
        assert by_day == by_keys(rows, lambda row: (row["day"].isoformat(),))
        assert by_hour == by_keys(tables["card_hours"], lambda row: (str(row["start"] // 1000),))
        of_dims = ("views", "visitors", "visits", "bounces", "clicks", "contact_clicks")
        assert only(by_dim, *of_dims) == only(
            by_keys(
                tables["card_dims"], lambda row: (row["day"].isoformat(), row["by"], row["key"])
            ),
            *of_dims,
        )
        assert only(by_start, "visits") == spread(rows, "starts")
        assert only(by_second, "visits") == spread(rows, "engaged")


@settings(max_examples=40, deadline=None, phases=(Phase.generate,))
@given(events=histories)
def test_a_filter_leaves_the_visits_that_fit_it(events):
    for card in {each["card"] for each in events}:
        zone, told = ZONES[card], of_card(events, card)
        days = {local_day(each["at"], zone) for each in told}
        ask = Ask("steps", ("day",), Period(min(days), max(days)))
        of_reference = reference_tables(told, ZONES)["visits"]
        for filters, fits in FILTERS.items():
            [found] = of_open_days(card, opened(read(told), days, zone), filters, [(ask, days)])
            assert only(found, "visits") == {
                (day.isoformat(),): (n,)
                for day, n in Counter(row["day"] for row in of_reference if fits(row)).items()
            }


FILTERS = {
    (("source", "qr"),): lambda row: row["source"] == "qr",
    (("city", "FR|of Brest|Brest"),): lambda row: (row["country"], row["city"]) == ("FR", "Brest"),
    (("source", "qr"), ("target", "phone")): lambda row: (
        row["source"] == "qr" and "phone" in row["targets"]
    ),
}


@settings(max_examples=40, deadline=None, phases=(Phase.generate,))
@given(events=histories)
def test_days_that_are_not_wanted_are_left_out(events):
    for card in {each["card"] for each in events}:
        zone, told = ZONES[card], of_card(events, card)
        every = sorted({local_day(each["at"], zone) for each in told})
        wanted = frozenset(every[::2])
        ask = Ask("days", ("day",), Period(every[0], every[-1] + timedelta(days=1)))
        [found] = of_open_days(card, opened(read(told), wanted, zone), (), [(ask, wanted)])
        rows = [row for row in reference_tables(told, ZONES)["card_days"] if row["day"] in wanted]
        assert found == by_keys(rows, lambda row: (row["day"].isoformat(),))


def spread(rows, name):
    """The map of each day as a row for each of its keys."""
    return {
        (row["day"].isoformat(), str(key)): (visits,)
        for row in rows
        for key, visits in row[name].items()
    }
