"""The page's figures against plain Python over the same events, before and after rollups."""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from dashboard.queries import ButtonCount, Count, Essentiel, LastVisit, essentiel
from schema.directory import rollup_state
from schema.directory.rollup_state import Rolled
from schema.targets import CONTACT_NAMES, TARGET_NAMES

# From before to after the end of summer time in Paris.
FIRST_DAY = date(2026, 10, 17)
DAYS = 35


def generated(world, card, seed, days=range(DAYS)):
    """Views, clicks, engagement and events of one's own, of people and of machines."""
    draw = Random(seed)
    zone = ZoneInfo(card.zone)
    events = []
    for offset in days:
        day = FIRST_DAY + timedelta(days=offset)
        for _ in range(draw.randrange(30)):
            hour, minute = draw.randrange(24), draw.randrange(60)
            local = datetime(day.year, day.month, day.day, hour, minute, 30, 123_000, tzinfo=zone)
            if local.timestamp() * 1000 > world.clock():
                continue
            # A site's own event may carry any name, even one that means something to us.
            name = draw.choice(("view", "view", "click", "engage", "phone", "automatic"))
            target = draw.choice(sorted(TARGET_NAMES)) if name == "click" else ""
            kind = draw.choice(("human", "human", "human", "bot", "preview"))
            at = local.astimezone(ZoneInfo("UTC")).isoformat()
            events.append(world.event(card, at, name=name, target=target) | {"class": kind})
    return events


def expected(events, card, now_ms) -> Essentiel:
    zone = ZoneInfo(card.zone)
    today = datetime.fromtimestamp(now_ms / 1000, zone).date()
    total, daily, last = Counter(), Counter(), None
    automatic = 0
    for event in events:
        if event["class"] != "human":
            automatic += 1
            continue
        if event["name"] not in ("view", "click"):
            continue
        local = event["at"].astimezone(zone)
        key = event["target"] or "view"
        total[key] += 1
        daily[key] += local.date() == today
        if key == "view":
            last = max(last or local, local)
    shown = [name for name in CONTACT_NAMES if total[name] or name in ("phone", "email")]
    links = ("wallet", "map", "website", "linkedin", "facebook", "instagram", "x", "tiktok")
    return Essentiel(
        today=today,
        views=Count(total["view"], daily["view"]),
        contact_clicks=Count(
            sum(total[name] for name in CONTACT_NAMES), sum(daily[name] for name in CONTACT_NAMES)
        ),
        contacts=tuple(ButtonCount(name, total[name], daily[name]) for name in shown),
        links=tuple(
            ButtonCount(name, total[name], daily[name])
            for name in (*links, "youtube")
            if total[name]
        ),
        last_visit=LastVisit(last.date(), last.hour) if last else None,
        automatic=automatic,
    )


def roll_up(world, card, events, through):
    """What the pipeline leaves for closed days, computed here by hand."""
    zone = ZoneInfo(card.zone)
    days, dims = {}, Counter()
    for event in events:
        day = event["at"].astimezone(zone).date()
        if day > through:
            continue
        row = days.setdefault(day, Counter(last=datetime.fromtimestamp(0, ZoneInfo("UTC"))))
        if event["class"] != "human":
            row["automatic"] += 1
        elif event["name"] == "view":
            row["views"] += 1
            row["last"] = max(row["last"], event["at"])
        elif event["name"] == "click":
            row["clicks"] += 1
            row["contact_clicks"] += event["target"] in CONTACT_NAMES
            dims[day, event["target"]] += 1
    columns = ("views", "clicks", "contact_clicks", "automatic")
    frame = pl.DataFrame(
        [
            {"card": card.id, "day": day, "last_view_at": row["last"], "recipe": 1}
            | {name: row[name] for name in columns}
            for day, row in days.items()
        ],
        schema_overrides={"last_view_at": pl.Datetime("ms", "UTC")},
    )
    world.store.insert("card_days", frame, token=uuid4().hex)
    by_target = pl.DataFrame(
        [
            {"card": card.id, "day": day, "by": "target", "key": key, "views": 0, "clicks": n}
            for (day, key), n in dims.items()
        ]
    )
    world.store.insert("card_dims", by_target, token=uuid4().hex)
    with world.directory.write() as conn:
        rollup_state.set_rolled(conn, {card.id: Rolled(through, card.zone)})


def shown(world, card) -> Essentiel:
    return essentiel(world.store, world.directory, card, world.clock())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_are_those_of_plain_python_before_and_after_a_rollup(world, seed):
    for card in (world.mine, world.foreign):
        events = generated(world, card, seed)
        world.store_events(*events)
        answer = expected(events, card, world.clock())
        assert answer.views.total > 50
        assert shown(world, card) == answer

        yesterday = answer.today - timedelta(days=1)
        roll_up(world, card, events, through=yesterday)
        assert shown(world, card) == answer, "raw events of closed days are not counted twice"

        world.store.run(
            "ALTER TABLE events DELETE WHERE card = {card:String} AND"
            " toDate(at, {zone:String}) <= {yesterday:Date} SETTINGS mutations_sync = 1",
            {"card": card.id, "zone": card.zone, "yesterday": yesterday},
        )
        assert shown(world, card) == answer, "rollups alone answer for closed days"


@pytest.mark.parametrize("seed", [4, 5])
def test_days_that_late_events_touch_are_counted_from_raw_events(world, seed):
    card = world.mine
    events = generated(world, card, seed)
    world.store_events(*events)
    through = FIRST_DAY + timedelta(days=DAYS - 4)
    roll_up(world, card, events, through)

    late = generated(world, card, seed + 100, days=(3, 8, 9))
    world.store_events(*late)
    with world.directory.write() as conn:
        days = {event["at"].astimezone(ZoneInfo(card.zone)).date() for event in late}
        rollup_state.mark_late(conn, {(card.id, day) for day in days})

    assert shown(world, card) == expected(events + late, card, world.clock())


def test_a_card_nobody_has_opened_shows_phone_and_email_at_zero(world):
    assert shown(world, world.mine) == Essentiel(
        today=date(2026, 11, 20),
        views=Count(0, 0),
        contact_clicks=Count(0, 0),
        contacts=(ButtonCount("phone", 0, 0), ButtonCount("email", 0, 0)),
        links=(),
        last_visit=None,
        automatic=0,
    )


def test_a_day_begins_at_midnight_where_the_card_is(world):
    late_in_paris = "2026-11-20T20:30:00+01:00"  # 23:30 in Saint-Denis
    for card in (world.mine, world.foreign):
        world.store_events(world.event(card, late_in_paris))
    world.clock.now_ms = int(datetime.fromisoformat("2026-11-20T21:05:00+01:00").timestamp() * 1000)

    assert shown(world, world.mine).views == Count(1, 1)
    reunion = shown(world, world.foreign)
    assert (reunion.today, reunion.views) == (date(2026, 11, 21), Count(1, 0))
    assert reunion.last_visit == LastVisit(date(2026, 11, 20), 23)


def test_a_visit_of_a_robot_is_not_the_last_visit(world):
    world.store_events(
        world.event(world.mine, "2026-11-20T09:10:00+01:00"),
        world.event(world.mine, "2026-11-20T17:10:00+01:00") | {"class": "bot"},
    )
    figures = shown(world, world.mine)
    assert figures.last_visit == LastVisit(date(2026, 11, 20), 9)
    assert (figures.views, figures.automatic) == (Count(1, 1), 1)
