"""What the address of a page asks for, and the addresses of the same page asked otherwise. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from dashboard import filters as filtering
from dashboard import period as periods
from dashboard.figures.series import interval_problem
from dashboard.figures.values import Interval
from dashboard.filters import Filters
from dashboard.period import Choice, Problem

DAILY_DAYS_MAX = 45
WEEKLY_DAYS_MAX = 190


@dataclass(frozen=True, slots=True)
class View:
    path: str
    choice: Choice
    filters: Filters
    interval: Interval
    chosen_interval: str
    """As it stands in the address; empty: what suits the length of the period."""
    problems: tuple[Problem, ...]
    also: tuple[tuple[str, str], ...] = ()
    """What else the address says, for pages that can be asked more."""

    @property
    def address(self) -> str:
        asked = {"period": self.choice.name, "interval": self.chosen_interval}
        if self.choice.name == periods.CUSTOM:
            asked |= self.choice.typed
        told = {name: value for name, value in asked.items() if value and value != periods.USUAL}
        told |= filtering.params(self.filters) | {name: text for name, text in self.also if text}
        return f"{self.path}?{urlencode(told)}" if told else self.path

    def of_period(self, name: str) -> str:
        chosen = replace(self.choice, name=name)
        return replace(self, choice=chosen, chosen_interval="").address

    def by(self, interval: str) -> str:
        return replace(self, chosen_interval=interval).address

    def filtered(self, name: str, value: str) -> str:
        """With this filter; without it when it is on."""
        return replace(self, filters=filtering.toggled(self.filters, name, value)).address

    def with_also(self, name: str, text: str) -> str:
        return replace(self, also=tuple({**dict(self.also), name: text}.items())).address

    def unfiltered(self) -> str:
        return replace(self, filters=()).address

    @property
    def filter_problems(self) -> tuple[Problem, ...]:
        return tuple(each for each in self.problems if each.field in filtering.BY_NAME)

    def problem(self, field: str) -> Problem | None:
        return next((each for each in self.problems if each.field == field), None)


def look(path: str, params: Mapping[str, str], today: date) -> View:
    choice = periods.choose(params, today)
    filters, wrong = filtering.choose(params)
    asked = params.get("interval", "").strip()
    problem = interval_problem(asked, choice.period) if asked else None
    interval = asked if asked and not problem else usual_interval(choice)
    told = (*choice.problems, *wrong, *([problem] if problem else []))
    return View(path, choice, filters, interval, "" if problem else asked, told)  # type: ignore[arg-type]


def usual_interval(choice: Choice) -> Interval:
    length = choice.period.length
    if length == 1:
        return "hour"
    if length <= DAILY_DAYS_MAX:
        return "day"
    return "week" if length <= WEEKLY_DAYS_MAX else "month"
