"""Texts, numbers and dates in the reader's language."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache, cached_property, lru_cache
from gettext import NullTranslations
from pathlib import Path
from unicodedata import normalize

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import (
    format_date,
    format_interval,
    format_skeleton,
    format_time,
    get_timezone_location,
)
from babel.numbers import format_decimal, format_percent

from schema.languages import read_texts

FOLDER = Path(__file__).parent / "locales"
DOMAIN = "dashboard"

# An hour of the day as people write it; the space is one that never breaks.
_HOUR_PATTERNS = {"fr": "H\N{NO-BREAK SPACE}'h'", "en": "h\N{NO-BREAK SPACE}a"}

# The day of a date with its month in letters: no other part of it is a single 1.
_FIRST = re.compile(r"(?<!\d)1(?!\d)")


@dataclass(frozen=True)
class Language:
    code: str
    translations: NullTranslations

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(self.code)

    def gettext(self, message: str) -> str:
        return self.translations.gettext(message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.translations.ngettext(one, many, n)

    def number(self, n: int) -> str:
        return _number(n, self.code)

    def share(self, part: float) -> str:
        """A part of a whole, in hundredths."""
        return _share(part, self.code)

    def day(self, day: date, today: date) -> str:
        """A day as people say it: today, yesterday, or its date; the year only when it differs."""
        if day == today:
            return self.gettext("Today")
        if (today - day).days == 1:
            return self.gettext("Yesterday")
        if day.year == today.year:
            return self.dated(format_skeleton("MMMMd", day, locale=self.locale))
        return self.dated(format_date(day, "long", locale=self.locale))

    def since(self, day: date, today: date) -> str:
        """The same inside a sentence, where a day has no capital and a date its article."""
        if day == today:
            return self.gettext("since today")
        if (today - day).days == 1:
            return self.gettext("since yesterday")
        return self.gettext("since %(day)s") % {"day": self.day(day, today)}

    def dated(self, text: str) -> str:
        """French has an ordinal for the first of a month, which no pattern can say."""
        return _FIRST.sub("1er", text) if self.code == "fr" else text

    def month(self, day: date) -> str:
        return _month(day, self.code)

    def days(self, first: date, last: date) -> str:
        """From the first to the last, as short as can be; one day is a day."""
        if first == last:
            return self.dated(format_date(first, "long", locale=self.locale))
        return self.dated(format_interval(first, last, "yMMMd", locale=self.locale))

    def zone(self, name: str) -> str:
        """By the town or island that people know it by."""
        return _zone(name, self.code)

    def zones(self, names: Collection[str], chosen: str) -> list[tuple[str, str]]:
        """To choose from, in the order of their towns. Of a zone's several names, one: that in use,
        which stays in the list even when nobody knows it."""
        older = get_global("zone_aliases")
        shown = {name for name in names if name not in older and not name.startswith("Etc/GMT")}
        shown -= {older.get(chosen)}
        said = [(name, self.zone(name)) for name in shown | {chosen} & set(names)]
        unknown = [] if chosen in names else [(chosen, chosen)]
        return unknown + sorted(said, key=lambda each: _without_accents(each[1]))

    def duration(self, seconds: int) -> str:
        minutes, left = divmod(seconds, 60)
        said = [f"{minutes}\N{NO-BREAK SPACE}min"] if minutes else []
        return " ".join([*said, f"{left}\N{NO-BREAK SPACE}s"])

    def country(self, code: str) -> str:
        return str(self.locale.territories.get(code, code))

    def language(self, tag: str) -> str:
        """A language tag as a browser sends it; one that nobody knows stays as it is."""
        try:
            return Locale.parse(tag, sep="-").get_display_name(self.locale) or tag
        except (ValueError, UnknownLocaleError):
            return tag

    def hour(self, hour: int) -> str:
        return _hour(hour % 24, self.code)


def _without_accents(text: str) -> str:
    return normalize("NFD", text).encode("ascii", "ignore").decode().casefold()


# A page says hundreds of numbers, most of them small and most of them again on the next page.


@lru_cache(maxsize=20_000)
def _number(n: int, code: str) -> str:
    return format_decimal(n, locale=code)


@lru_cache(maxsize=20_000)
def _share(part: float, code: str) -> str:
    return format_percent(part, locale=code)


@cache
def _hour(hour: int, code: str) -> str:
    return format_time(time(hour), _HOUR_PATTERNS[code], locale=code)


@cache
def _zone(name: str, code: str) -> str:
    return get_timezone_location(name, locale=code, return_city=True)


@lru_cache(maxsize=1_000)
def _month(day: date, code: str) -> str:
    return str(format_skeleton("MMMMy", day, locale=code))


def read_languages(folder: Path = FOLDER, domain: str = DOMAIN) -> Mapping[str, Language]:
    texts = read_texts(folder, domain)
    return {code: Language(code, translations) for code, translations in texts.items()}
