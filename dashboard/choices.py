"""What a reader can choose on a page about a period, each choice as an address. Pure."""

from dataclasses import dataclass
from datetime import date

from dashboard import filters, period
from dashboard.drawings import Words
from dashboard.figures.series import interval_problem
from dashboard.view import View
from dashboard.words import DIMENSIONS
from schema.languages import N_
from schema.tiers import Section

ANCHOR = "#period"

INTERVALS = (
    ("hour", N_("By hour")),
    ("day", N_("By day")),
    ("week", N_("By week")),
    ("month", N_("By month")),
)

Choice = tuple[str, str, bool]
"""Its words, its address, whether it is the one."""


@dataclass(frozen=True, slots=True)
class Choices:
    lengths: tuple[Choice, ...]
    months: tuple[Choice, ...]
    intervals: tuple[Choice, ...]
    chips: tuple[tuple[str, str], ...]
    """The filters that hold, each with the address without it."""
    kept: dict[str, str]
    """What a form about days sends along, so that filters stay."""


def choices(view: View, today: date, sections: frozenset[Section], words: Words) -> Choices:
    kept = filters.params(view.filters) | {name: text for name, text in view.also if text}
    if view.chosen_interval:
        kept["interval"] = view.chosen_interval
    return Choices(
        _lengths(view, words),
        _months(view, today, words),
        _intervals(view, sections, words),
        _chips(view, words),
        kept,
    )


def _lengths(view: View, words: Words) -> tuple[Choice, ...]:
    language = words.language
    named = {period.TODAY: language.gettext("Today")}
    for days in period.LENGTHS:
        text = language.ngettext("%(n)s day", "%(n)s days", days)
        named[str(days)] = text % {"n": language.number(days)}
    return tuple(
        (text, view.of_period(name) + ANCHOR, view.choice.name == name)
        for name, text in named.items()
    )


def _months(view: View, today: date, words: Words) -> tuple[Choice, ...]:
    return tuple(
        (
            words.language.month(date.fromisoformat(f"{name}-01")),
            view.of_period(name) + ANCHOR,
            view.choice.name == name,
        )
        for name in period.last_months(today)
    )


def _intervals(view: View, sections: frozenset[Section], words: Words) -> tuple[Choice, ...]:
    return tuple(
        (words.language.gettext(text), view.by(name) + ANCHOR, view.interval == name)
        for name, text in INTERVALS
        if not interval_problem(name, view.choice.period)
        and (name != "hour" or "complete" in sections)
    )


def _chips(view: View, words: Words) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            words.language.gettext("%(what)s: %(which)s")
            % {
                "what": words.language.gettext(DIMENSIONS[name]),
                "which": words.name(name, value),
            },
            view.filtered(name, value) + ANCHOR,
        )
        for name, value in view.filters
    )
