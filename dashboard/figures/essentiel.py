"""What every tier sees of one card: ever and today, button by button, and the last visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.figures.asks import IN_PERIOD, Ask, Sums
from dashboard.figures.question import Answer, Question
from dashboard.figures.totals import EVER, visit_hour
from dashboard.figures.values import NOTHING, Counts, LastVisit, added
from dashboard.period import Period
from schema.days import local_day
from schema.directory.cards import Card
from schema.targets import CONTACT_NAMES, TARGETS

ALWAYS_SHOWN = frozenset(("phone", "email"))
"""Buttons that every card has: their zero says something."""

LINK_NAMES = tuple(target.name for target in TARGETS if target.kind == "link")


@dataclass(frozen=True, slots=True)
class Count:
    total: int
    today: int


@dataclass(frozen=True, slots=True)
class ButtonCount:
    target: str
    total: int
    today: int


@dataclass(frozen=True, slots=True)
class Essentiel:
    today: date
    views: Count
    contact_clicks: Count
    contacts: tuple[ButtonCount, ...]
    """Contact buttons that were ever used, and those that every card has."""
    links: tuple[ButtonCount, ...]
    last_visit: LastVisit | None
    automatic: int


def today_and_ever(card: Card, now_ms: int) -> Question:
    today = local_day(now_ms, card.zone)
    earlier = Period(EVER.first, today - timedelta(days=1))
    return Question((card,), Period(today, today), earlier)


def essentiel(question: Question) -> Answer[Essentiel]:
    [card] = question.cards

    def build(sums: Sequence[Sums]) -> Essentiel:
        days, targets = sums
        now, ever = days.get((IN_PERIOD,), NOTHING), added(days.values())
        buttons = {target.name: _button(target.name, targets) for target in TARGETS}
        contacts = [buttons[name] for name in CONTACT_NAMES]
        return Essentiel(
            today=question.period.last,
            views=Count(ever.views, now.views),
            contact_clicks=Count(ever.contact_clicks, now.contact_clicks),
            contacts=tuple(b for b in contacts if b.total or b.target in ALWAYS_SHOWN),
            links=tuple(buttons[name] for name in LINK_NAMES if buttons[name].total),
            last_visit=visit_hour(ever.last_view_ms, card.zone),
            automatic=ever.automatic,
        )

    asked = question.period, question.before
    return Answer(
        (Ask("days", ("span",), *asked), Ask("dims", ("span", "key"), *asked, bys=("target",))),
        build,
    )


def _button(target: str, targets: Sums) -> ButtonCount:
    of: dict[str, Counts] = {span: n for (span, key), n in targets.items() if key == target}
    return ButtonCount(target, added(of.values()).clicks, of.get(IN_PERIOD, NOTHING).clicks)
