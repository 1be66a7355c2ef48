"""The query layer against plain Python over the same events: every filter, period and table, with
all days open, with days closed, and with late events among closed days."""

import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import sqlalchemy as sa

from dashboard import period as periods
from dashboard.figures.breakdown import BYS, breakdown, breakdowns, starts
from dashboard.figures.cells import least_visitors
from dashboard.figures.cross import COLUMNS, cross
from dashboard.figures.essentiel import Count, essentiel, today_and_ever
from dashboard.figures.live import live, now
from dashboard.figures.question import Question
from dashboard.figures.read import Batch, Place, read, shown_alone
from dashboard.figures.series import INTERVALS, series
from dashboard.figures.steps import steps
from dashboard.figures.totals import last_visit, stats, totals_of_cards
from dashboard.figures.values import OTHERS, Live, Row, Totals
from dashboard.period import Period
from pipeline.roll import roll_closed_days
from schema.directory import cards, rollup_state, tables
from schema.directory.cards import Card
from schema.directory.database import open_directory
from schema.targets import CONTACT_NAMES
from schema.testing.clock import FixedClock

NOW_MS = FixedClock.at("2026-11-20T18:30:00+01:00").now_ms

# Around the end of summer time in Paris, up to the world's now.
FIRST = date(2026, 10, 20)
LAST = date(2026, 11, 20)
PERIODS = (
    Period(LAST, LAST),
    Period(date(2026, 10, 25), date(2026, 10, 25)),
    Period(FIRST, LAST),
    Period(date(2026, 1, 1), date(2026, 1, 2)),
)
FILTERS = (
    (),
    (("source", "qr"),),
    (("region", "FR|Bretagne"),),
    (("city", "FR|Bretagne|Brest"),),
    (("city", "FR|Bretagne|Vannes"),),
    (("region", "|"),),
    (("target", "phone"),),
    (("source", "search"), ("device", "desktop"), ("target", "map")),
)
PLACES = (
    ("FR", "Bretagne", "Brest"),
    ("FR", "Bretagne", "Brest"),
    ("FR", "Bretagne", "Rennes"),
    ("FR", "Bretagne", ""),
    ("FR", "", ""),
    ("RE", "", "Saint-Denis"),
    ("BE", "Bruxelles", "Bruxelles"),
    ("", "", ""),
)
RARE = ("FR", "Bretagne", "Vannes")


def happened(card, draw: Random) -> list[dict]:
    """Visits of several people, with pauses around half an hour, and machines in between."""
    zone = ZoneInfo(card.zone)
    events = []
    for n in range(120):
        day = FIRST + timedelta(days=draw.randrange((LAST - FIRST).days + 1))
        at = datetime(
            day.year, day.month, day.day, draw.randrange(17), draw.randrange(60), tzinfo=zone
        )
        at = at.astimezone(UTC)
        country, region, city = RARE if n % 40 == 0 else draw.choice(PLACES)
        given = {
            "visitor": draw.randrange(1, 40),
            "class": draw.choice(("human", "human", "human", "human", "bot")),
            "source": draw.choice(("qr", "search", "direct")),
            "medium": draw.choice(("qr", "")),
            "item": draw.choice(("Stand001", "Carte002", "")),
            "referrer": draw.choice(("www.google.com", "")),
            "lang": draw.choice(("fr-FR", "en")),
            "device": draw.choice(("mobile", "desktop")),
            "browser": draw.choice(("Safari", "Chrome")),
            "os": draw.choice(("iOS", "macOS", "")),
            "country": country,
            "region": region,
            "city": city,
        }
        page = uuid4().hex[:12]
        for seq in range(draw.randrange(1, 6)):
            name = "view" if seq == 0 else draw.choice(("view", "click", "click", "engage"))
            events.append(
                {
                    **given,
                    "card": card.id,
                    "at": at,
                    "received": at,
                    "page": page,
                    "seq": seq,
                    "name": name,
                    "target": draw.choice(("phone", "map", "email")) if name == "click" else "",
                    "ms": draw.choice((900, 9_999, 10_000, 62_345)) * seq
                    if name == "engage"
                    else 0,
                }
            )
            pause_s = draw.choice((1, 20, 20, 1800, 1801))
            at += timedelta(seconds=pause_s, milliseconds=draw.choice((0, 1)))
            if draw.random() < 0.3:
                page, given = uuid4().hex[:12], {**given, "source": "direct"}
    return events


def visits_of(events, zone: ZoneInfo) -> list[dict]:
    """One by one, as the definitions say it."""
    people = defaultdict(list)
    for event in events:
        if event["class"] == "human":
            people[event["card"], event["at"].astimezone(zone).date(), event["visitor"]].append(
                event
            )
    visits = []
    for (card, day, visitor), theirs in people.items():
        theirs.sort(key=lambda e: (e["at"], e["page"], e["seq"]))
        for before, event in zip([None, *theirs], theirs, strict=False):
            if before is None or event["at"] - before["at"] > timedelta(minutes=30):
                visits.append({"card": card, "day": day, "visitor": visitor, "events": []})
            visits[-1]["events"].append(event)
    for visit in visits:
        described(visit)
    return visits


def described(visit) -> None:
    events = visit["events"]
    first = events[0]
    engaged = defaultdict(int)
    for event in events:
        if event["name"] == "engage":
            engaged[event["page"]] = max(engaged[event["page"]], min(event["ms"], 1_800_000))
    clicks = [event["target"] for event in events if event["name"] == "click"]
    views = sum(event["name"] == "view" for event in events)
    seconds = sum(engaged.values()) // 1000
    visit |= {
        "at": first["at"],
        "views": views,
        "clicks": clicks,
        "contacts": [target for target in clicks if target in CONTACT_NAMES],
        "engaged": seconds,
        "bounce": views <= 1 and not clicks and seconds < 10,
        "keys": {
            name: first["lang" if name == "language" else name]
            for name in ("source", "medium", "item", "referrer", "device", "browser", "os")
        }
        | {
            "language": first["lang"],
            "country": first["country"],
            "region": f"{first['country']}|{first['region']}",
            "city": f"{first['country']}|{first['region']}|{first['city']}",
        },
    }


def fits(visit, filters) -> bool:
    return all(
        value in visit["clicks"] if name == "target" else visit["keys"][name] == value
        for name, value in filters
    )


def measured(visits) -> dict:
    return {
        "views": sum(visit["views"] for visit in visits),
        "visitors": len({(visit["card"], visit["day"], visit["visitor"]) for visit in visits}),
        "visits": len(visits),
        "clicks": sum(len(visit["clicks"]) for visit in visits),
        "contact_clicks": sum(len(visit["contacts"]) for visit in visits),
    }


def totals_of(visits) -> Totals:
    contacts = sum(bool(visit["contacts"]) for visit in visits)
    spent = sorted(visit["engaged"] for visit in visits)
    return Totals(
        **measured(visits),
        bounces=sum(visit["bounce"] for visit in visits),
        contact_visits=contacts,
        contact_rate=contacts / len(visits) if visits else None,
        engaged_s_median=spent[(len(spent) - 1) // 2] if spent else None,
    )


class Reference:
    """Answers a question the slow way."""

    def __init__(self, events, zones):
        self.events = events
        self.zones = zones
        self.visits = [
            visit
            for card, zone in zones.items()
            for visit in visits_of([e for e in events if e["card"] == card], zone)
        ]

    def within(self, question, period):
        """Visits; those of a place too small to be shown alone are not there."""
        least = least_visitors("", question.filters)
        asked = [card.id for card in question.cards]
        chosen = [visit for visit in self.visits if visit["card"] in asked]
        chosen = [visit for visit in chosen if fits(visit, question.filters)]
        shown = [
            card
            for card in asked
            if measured(self._on(chosen, card, question.period))["visitors"] >= least
        ]
        return [visit for card in shown for visit in self._on(chosen, card, period)]

    @staticmethod
    def _on(visits, card, period):
        return [v for v in visits if v["card"] == card and period.first <= v["day"] <= period.last]

    def automatic(self, question, shown):
        return sum(
            event["class"] != "human"
            and question.period.first <= self.local(event).date() <= question.period.last
            for event in self.events
            if event["card"] in {card.id for card in shown.cards}
        )

    @staticmethod
    def day(event, some):
        [zone] = [card.zone for card in some if card.id == event["card"]]
        return event["at"].astimezone(ZoneInfo(zone)).date()

    def local(self, event):
        return event["at"].astimezone(self.zones[event["card"]])

    def rows(self, question, by):
        visits = self.within(question, question.period)
        if by == "weekday_hour":
            return ordered(hours_of(visits, self.zones, lambda at: f"{at.isoweekday()}-{at:%H}"))
        return ordered(self.merged(visits, by, question.filters))

    def merged(self, visits, by, filters):
        total = defaultdict(Counter)
        for card in self.zones:
            of_card = keyed([visit for visit in visits if visit["card"] == card], by)
            for key, counts in without_small(of_card, least_visitors(by, filters)).items():
                total[key].update(counts)
        return total


def keyed(visits, by):
    if by != "target":
        return {
            key: Counter(measured([visit for visit in visits if visit["keys"][by] == key]))
            for key in {visit["keys"][by] for visit in visits}
        }
    found = {}
    for target in {target for visit in visits for target in visit["clicks"]}:
        clicked = [visit for visit in visits if target in visit["clicks"]]
        on_it = sum(visit["clicks"].count(target) for visit in clicked)
        contacts = on_it if target in CONTACT_NAMES else 0
        more = {"views": 0, "clicks": on_it, "contact_clicks": contacts}
        found[target] = Counter(measured(clicked) | more)
    return found


def without_small(rows, least):
    known = sorted(
        (key for key in rows if key and not key.endswith("|")),
        key=lambda key: (rows[key]["visitors"], key),
    )
    others, joined = Counter(), []
    for key in known:
        if rows[key]["visitors"] >= least and (not joined or others["visitors"] >= least):
            break
        joined.append(key)
        others.update(rows[key])
    kept = {key: counts for key, counts in rows.items() if key not in joined}
    return kept | ({OTHERS: others} if joined else {})


def hours_of(visits, zones, key):
    """Views and clicks at their own time, visits and visitors where the visit began."""
    found = defaultdict(Counter)
    begun = defaultdict(set)
    for visit in visits:
        zone = zones[visit["card"]]
        start = visit["at"].astimezone(zone)
        found[key(start)]["visits"] += 1
        hour = start.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        begun[key(start)].add((visit["card"], hour, visit["visitor"]))
        for event in visit["events"]:
            own = found[key(event["at"].astimezone(zone))]
            own["views"] += event["name"] == "view"
            own["clicks"] += event["name"] == "click"
            own["contact_clicks"] += event["target"] in CONTACT_NAMES
    for hour, people in begun.items():
        found[hour]["visitors"] = len(people)
    return {hour: counts for hour, counts in found.items() if sum(counts.values())}


def ordered(counts):
    names = ("views", "visitors", "visits", "clicks", "contact_clicks")
    rows = [Row(key, *(n[name] for name in names)) for key, n in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.visits, row.key)))


@dataclass(frozen=True)
class Scene:
    place: Place
    cards: tuple[Card, ...]
    reference: Reference

    def question(self, cards, period, filters):
        return Question(cards, period, periods.before(period), filters)

    def asked(self, filters):
        """Both cards on every period, and one alone on the longest."""
        both = [self.question(self.cards, period, filters) for period in PERIODS]
        alone = self.question(self.cards[:1], PERIODS[2], filters)
        for question in (*both, alone):
            yield question, shown_alone(self.place, question)

    def read(self, question, answer):
        return read(self.place, question, answer)


@pytest.fixture(scope="module", params=["open", "closed", "late"])
def scene(request, store, directory_file, tmp_path_factory):
    """Two cards in two zones. Late: some closed days are marked, and their rollups are wrong."""
    source, (mine, second, _) = directory_file
    path = shutil.copy(source, tmp_path_factory.mktemp("figures") / "balise.db")
    directory = open_directory(f"sqlite:///{path}")
    begun = FixedClock.at("2026-10-19T12:00:00+00:00").now_ms
    with directory.write() as conn:
        conn.execute(sa.update(tables.cards).values(created_ms=begun))
        some = tuple(cards.get(conn, card.id) for card in (mine, second))
    events = [event for n, card in enumerate(some) for event in happened(card, Random(n))]
    late = [event for event in events if request.param == "late" and event["at"].day % 5 == 0]
    insert(store, [event for event in events if event not in late])
    if request.param != "open":
        roll_closed_days(store, directory, NOW_MS)
    if late:
        insert(store, late)
        marked = {(e["card"], Reference.day(e, some)) for e in late}
        with directory.write() as conn:
            rollup_state.mark_late(conn, marked)
    zones = {card.id: ZoneInfo(card.zone) for card in some}
    yield Scene(Place(store, directory, NOW_MS), some, Reference(events, zones))
    directory.close()
    for table in ("events", "visits", "card_days", "card_dims", "card_hours"):
        store.run(f"TRUNCATE TABLE {table}")


def insert(store, events):
    moments = {"at": pl.Datetime("ms", "UTC"), "received": pl.Datetime("ms", "UTC")}
    store.insert("events", pl.DataFrame(events, schema_overrides=moments), token=uuid4().hex)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_all_answers_are_those_of_the_visits(scene, filters):
    for question, shown in scene.asked(filters):
        batch = Batch(scene.place, shown)
        found_stats = batch.add(stats(shown))
        found_rows = batch.add(breakdowns(shown, BYS[:-1]))
        found_week = batch.add(breakdown(shown, "weekday_hour"))
        found_starts = batch.add(starts(shown))
        found_steps = batch.add(steps(shown))
        found_cards = batch.add(totals_of_cards(shown))
        found_series = {each: batch.add(series(shown, each)) for each in INTERVALS}

        check_totals(found_stats(), scene.reference, question, shown)
        for by in BYS[:-1]:
            assert found_rows()[by] == scene.reference.rows(question, by), by
        assert found_week() == scene.reference.rows(question, "weekday_hour")
        visits = {row.key: row.visits for row in found_week()}
        assert found_starts() == tuple(
            tuple(visits.get(f"{day}-{hour:02}", 0) for hour in range(24)) for day in range(1, 8)
        )
        check_steps(found_steps(), scene.reference.within(question, question.period))
        for points in found_series.values():
            check_points(points(), found_stats().totals)
        for name in ("views", "visitors", "visits", "bounces", "clicks", "contact_visits"):
            apart = (getattr(each.totals, name) for each in found_cards())
            assert sum(apart) == getattr(found_stats().totals, name)


def check_totals(found, reference, question, shown):
    then = reference.within(question, question.before)
    enough = measured(then)["visitors"] >= least_visitors("", question.filters)
    assert found.totals == totals_of(reference.within(question, question.period))
    assert found.previous == (totals_of(then) if enough else None)
    assert found.automatic == reference.automatic(question, shown)


def check_steps(found, visits):
    assert found.visits == len(visits)
    assert found.click_visits == sum(bool(visit["clicks"]) for visit in visits)
    assert found.contact_visits == sum(bool(visit["contacts"]) for visit in visits)


def check_points(points, totals):
    """Two hours of one name are equal as local times, so they are told apart by their offset."""
    assert len(points) == len({point.at.isoformat() for point in points}) > 0
    for name in ("views", "visits", "clicks", "contact_clicks"):
        assert sum(getattr(point, name) for point in points) == getattr(totals, name)


def test_a_day_of_25_hours_has_25_points(scene):
    question = scene.question(scene.cards[:1], PERIODS[1], ())
    points = scene.read(question, series(question, "hour"))
    assert [point.at.hour for point in points][:5] == [0, 1, 2, 2, 3]
    assert len(points) == 25


@pytest.mark.parametrize("by", COLUMNS)
def test_the_cross_table_sums_to_the_views_of_each_card(scene, by):
    question = scene.question(scene.cards, PERIODS[2], ())
    found = scene.read(question, cross(question, by))
    for each in scene.read(question, totals_of_cards(question)):
        cells = found.rows[each.card]
        assert len(cells) == len(found.keys)
        assert sum(cell.views for cell in cells) == each.totals.views
        assert sum(cell.contact_clicks for cell in cells) == each.totals.contact_clicks
        assert all(cell.is_weak == (cell.views < 30) for cell in cells)


def test_the_last_visit_is_the_hour_of_the_last_view_whatever_is_asked(scene):
    question = scene.question(scene.cards[:1], PERIODS[-1], FILTERS[1])
    card = scene.cards[0].id
    views = [
        scene.reference.local(event)
        for event in scene.reference.events
        if (event["card"], event["class"], event["name"]) == (card, "human", "view")
    ]
    found = scene.read(question, last_visit(question))
    assert (found.day, found.hour) == (max(views).date(), max(views).hour)


def test_a_small_town_is_never_shown_alone(scene):
    question = scene.question(scene.cards[:1], PERIODS[2], (("city", "FR|Bretagne|Vannes"),))
    assert shown_alone(scene.place, question).cards == ()
    everywhere = scene.question(scene.cards[:1], PERIODS[2], ())
    keys = [row.key for row in scene.read(everywhere, breakdown(everywhere, "city"))]
    assert OTHERS in keys
    assert "FR|Bretagne|Vannes" not in keys


def test_every_tier_sees_ever_and_today_button_by_button(scene):
    for card in scene.cards:
        found = scene.read(question := today_and_ever(card, NOW_MS), essentiel(question))
        ever = [visit for visit in scene.reference.visits if visit["card"] == card.id]
        today = [visit for visit in ever if visit["day"] == LAST]
        clicks, clicks_today = (
            Counter(target for visit in some for target in visit["clicks"])
            for some in (ever, today)
        )
        assert found.today == LAST
        for name in ("views", "contact_clicks"):
            counts = measured(ever)[name], measured(today)[name]
            assert getattr(found, name) == Count(*counts)
        for button in (*found.contacts, *found.links):
            assert button.total == clicks[button.target]
            assert button.today == clicks_today[button.target]
        assert {b.target for b in found.contacts} == {"phone", "email"}
        assert {b.target for b in found.links} == {"map"}


def test_a_card_that_nobody_has_seen_says_so_with_zeros(world):
    place = Place(world.store, world.directory, world.clock())
    question = today_and_ever(world.foreign, place.now_ms)
    found = read(place, question, essentiel(question))
    assert (found.views, found.last_visit, found.links) == (Count(0, 0), None, ())
    assert [(b.target, b.total) for b in found.contacts] == [("phone", 0), ("email", 0)]


@pytest.mark.parametrize("time", ["2026-11-20T18:30:00+01:00", "2026-11-21T00:10:00+01:00"])
def test_the_last_minutes_of_a_page_are_those_that_listeners_are_told(world, time):
    """Also shortly after midnight, when most of them were yesterday."""
    now_ms = FixedClock.at(time).now_ms
    for ago_s, changes in (
        (1, {"visitor": 1}),
        (1_000, {"visitor": 1, "name": "click", "target": "phone"}),
        (1_799, {"visitor": 2, "name": "click", "target": "map"}),
        (1_799, {"visitor": 3, "name": "engage"}),
        (1_800, {"visitor": 4}),
        (5, {"visitor": 5, "class": "bot"}),
    ):
        at = datetime.fromtimestamp(now_ms / 1000 - ago_s, UTC).isoformat()
        world.store_events(world.event(world.mine, at, **changes))
    place = Place(world.store, world.directory, now_ms)
    found = read(place, question := today_and_ever(world.mine, now_ms), now(question, now_ms))
    assert found == live(world.store, [world.mine.id], now_ms)[world.mine.id] == Live(1, 2, 2, 1)
