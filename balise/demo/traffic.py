"""The demo's traffic: believable page instances, the same for the same seed.

A day's events of a card are a pure function of (seed, card, day), page ids included. Loading the
same days again therefore brings the same events, which the shipper drops as repeats, and loading
later brings the days that have passed since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import NamedTuple

from balise.demo.audience import FAIR_WAYS, PLACES, ROBOTS, WAYS
from balise.demo.buttons import Button, buttons
from balise.demo.people import CARDS, DemoCard
from balise.demo.rhythm import Day, History, days_between
from balise.demo.shared import code_of
from balise.demo.weighted import Weighted
from schema.days import local_day
from schema.ids import ALPHABET, PAGE_ID_CHARS
from schema.spooled import SpooledEvent
from schema.wire import ENGAGED_MS_MAX, UNKNOWN_MEDIUM

_ROBOT_SHARE = 0.06
_CLICK_CHANCE = 0.36
_MORE_CLICKS_CHANCE = 0.25
_COME_BACK_CHANCE = 0.2
_ENGAGED_MEDIAN_LN = 2.5
"""ln of the median seconds of attention, about 12 s: a card is read quickly."""
_ENGAGED_SPREAD = 0.95
_ENGAGE_EVERY_MS = 15_000
"""The script reports attention at most this often, and once when the page is left."""
_DELIVERY_MS_MAX = 900

_APPEAL = {
    "phone": 30.0,
    "vcard": 22.0,
    "whatsapp": 17.0,
    "email": 13.0,
    "website": 9.0,
    "booking": 9.0,
    "linkedin": 6.0,
    "map": 5.0,
    "instagram": 5.0,
    "sms": 5.0,
}


@dataclass(frozen=True, slots=True)
class Guest:
    """Who looks: what stays the same over the page instances of one visitor on one day."""

    visitor: int
    medium: str
    referrer: str
    lang: str
    zone: str
    width: int
    agent: str
    network: str
    mark: str = ""


class Act(NamedTuple):
    """One event of a page instance, `after_ms` its beginning."""

    after_ms: int
    name: str
    target: str = ""
    label: str = ""
    ms: int = 0
    scroll: int = 0


def traffic(
    history: History, *, since_ms: Mapping[str, int], seed: int, now_ms: int
) -> Iterator[list[SpooledEvent]]:
    """What each card received after its `since_ms` and up to now: a list per card and local day.

    Days come in order, so that what is shipped together touches few months.
    """
    days = [
        (day, card)
        for card in CARDS
        for day in days_between(
            max(history.first_day, local_day(since_ms[card.id], card.zone)),
            local_day(now_ms, card.zone),
        )
    ]
    for day, card in sorted(days, key=lambda each: each[0]):
        events = day_events(card, day, history, seed)
        yield [event for event in events if since_ms[card.id] < event.received <= now_ms]


def day_events(card: DemoCard, day: date, history: History, seed: int) -> list[SpooledEvent]:
    """Nothing after local midnight: there a visitor gets another id."""
    rng = Random(f"{seed}/{card.id}/{day}")
    fair = history.is_fair(card, day)
    hours = Day(day, card.zone, fair=fair)
    appeal = button_appeal(card)
    wanted = history.events(seed, card, day)
    events: list[SpooledEvent] = []
    while len(events) < wanted:
        if rng.random() < _ROBOT_SHARE:
            pages = [_page(card, draw_robot(rng), [Act(0, "view")], hours.instant(rng), rng)]
        else:
            pages = _visit(card, draw_guest(card, rng, fair=fair), appeal, hours, rng)
        events += (event for page in pages if page[-1].at < hours.end_ms for event in page)
    return events[:wanted]


def _visit(
    card: DemoCard, guest: Guest, appeal: Weighted[Button], hours: Day, rng: Random
) -> list[list[SpooledEvent]]:
    """One page instance, or two when the visitor comes back later in the day."""
    start_ms = hours.instant(rng)
    pages = [_page(card, guest, draw_acts(appeal, rng), start_ms, rng)]
    if rng.random() < _COME_BACK_CHANCE:
        again_ms = max(start_ms, hours.instant(rng))
        pages.append(_page(card, guest, draw_acts(appeal, rng), again_ms, rng))
    return pages


def button_appeal(card: DemoCard) -> Weighted[Button]:
    """How often each button of the card is tapped; a kind shown twice shares its taps."""
    shown = buttons(card)
    kinds = [button.target for button in shown]
    return Weighted(*((each, _APPEAL[each.target] / kinds.count(each.target)) for each in shown))


def draw_guest(card: DemoCard, rng: Random, *, fair: bool = False) -> Guest:
    way = (FAIR_WAYS if fair else WAYS).draw(rng)
    device = way.devices.draw(rng)
    place = PLACES[card.zone].draw(rng)
    return Guest(
        visitor=rng.getrandbits(64),
        medium=way.medium,
        referrer=way.referrer,
        lang=place.lang,
        zone=place.zone,
        width=rng.choice(device.widths),
        agent=device.agent,
        network=f"{place.prefix}.{rng.choice(place.thirds)}.0/24",
    )


def draw_robot(rng: Random) -> Guest:
    robot = ROBOTS.draw(rng)
    return Guest(
        visitor=rng.getrandbits(64),
        medium=UNKNOWN_MEDIUM,
        referrer="",
        lang="en-US",
        zone="",
        width=412,
        agent=robot.agent,
        network=robot.network,
        mark=robot.mark,
    )


def draw_acts(appeal: Weighted[Button], rng: Random) -> list[Act]:
    """View, then attention, then perhaps taps: the funnel of one page instance."""
    seconds = rng.lognormvariate(_ENGAGED_MEDIAN_LN, _ENGAGED_SPREAD)
    stay_ms = min(int(seconds * 1000), ENGAGED_MS_MAX)
    acts = [Act(0, "view"), *_taps(appeal, stay_ms, rng), *_attention(stay_ms, rng)]
    return sorted(acts, key=lambda act: act.after_ms)


def _taps(appeal: Weighted[Button], stay_ms: int, rng: Random) -> Iterator[Act]:
    chance = _CLICK_CHANCE
    while rng.random() < chance:
        button = appeal.draw(rng)
        after_ms = int(stay_ms * rng.uniform(0.2, 0.98))
        yield Act(after_ms, "click", target=button.target, label=button.place)
        chance = _MORE_CLICKS_CHANCE


def _attention(stay_ms: int, rng: Random) -> Iterator[Act]:
    furthest = rng.randrange(30, 101)
    for ms in (*range(_ENGAGE_EVERY_MS, stay_ms, _ENGAGE_EVERY_MS), stay_ms):
        yield Act(ms, "engage", ms=ms, scroll=furthest * ms // max(stay_ms, 1))


def _page(
    card: DemoCard, guest: Guest, acts: list[Act], start_ms: int, rng: Random
) -> list[SpooledEvent]:
    page = "".join(rng.choices(ALPHABET, k=PAGE_ID_CHARS))
    return [
        SpooledEvent(
            card=card.id,
            at=start_ms + act.after_ms,
            received=start_ms + act.after_ms + rng.randrange(40, _DELIVERY_MS_MAX),
            page=page,
            seq=seq,
            name=act.name,
            target=act.target,
            label=act.label,
            ms=act.ms,
            scroll=act.scroll,
            visitor=guest.visitor,
            medium=guest.medium,
            item=code_of(card, guest.medium, guest.visitor),
            ref=guest.referrer,
            lang=guest.lang,
            tz=guest.zone,
            width=guest.width,
            agent=guest.agent,
            network=guest.network,
            mark=guest.mark,
        )
        for seq, act in enumerate(acts)
    ]
