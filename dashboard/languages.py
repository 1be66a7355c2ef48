"""Texts, numbers and dates in the reader's language: French first, English as written.

Catalogues are `.po` files read at start, so nothing compiled lives in the repository and a
translator sees their change after a restart. A message is its English sentence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

DEFAULT = "fr"
SOURCE = "en"
"""The language the messages are written in: it needs no catalogue."""

FOLDER = Path(__file__).parent / "locales"
DOMAIN = "dashboard"

# An hour of the day as people write it; the space is one that never breaks.
_HOUR_PATTERNS = {"fr": "H\N{NO-BREAK SPACE}'h'", "en": "h\N{NO-BREAK SPACE}a"}
_ACCEPTED_MAX = 20


def N_(message: str) -> str:  # noqa: N802 (the name message extractors know)
    """Marks a sentence kept in a table: it is translated where it is shown."""
    return message


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
        return format_decimal(n, locale=self.locale)

    def day(self, day: date, today: date) -> str:
        """A day as people say it: today, yesterday, or its date; the year only when it differs."""
        if day == today:
            return self.gettext("Today")
        if (today - day).days == 1:
            return self.gettext("Yesterday")
        if day.year == today.year:
            return self._first(format_skeleton("MMMMd", day, locale=self.locale), day)
        return self._first(format_date(day, "long", locale=self.locale), day)

    def _first(self, text: str, day: date) -> str:
        """French has an ordinal for the first of a month, which no pattern can say."""
        return text.replace("1", "1er", 1) if self.code == "fr" and day.day == 1 else text

    def hour(self, hour: int) -> str:
        return format_time(time(hour % 24), _HOUR_PATTERNS[self.code], locale=self.locale)


def read_languages(folder: Path = FOLDER, domain: str = DOMAIN) -> Mapping[str, Language]:
    """Every language of a folder laid out as `<code>/LC_MESSAGES/<domain>.po`, and the source."""
    found = {
        path.parent.parent.name: _read(path)
        for path in sorted(folder.glob(f"*/LC_MESSAGES/{domain}.po"))
    }
    codes = {**found, SOURCE: NullTranslations()}
    return {code: Language(code, translations) for code, translations in codes.items()}


def choose(known: Iterable[str], own: str | None, accept_language: str) -> str:
    """The reader's own language, else what the browser asks for, else French."""
    wanted = [*([own] if own else []), *_accepted(accept_language)]
    known = list(known)
    return next(filter(None, (negotiate_locale([tag], known) for tag in wanted)), DEFAULT)


def _accepted(header: str) -> list[str]:
    """Language tags of an Accept-Language header, most wanted first, as Babel spells them."""
    weighted = []
    for part in header.split(",")[:_ACCEPTED_MAX]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((float(weight or 1), tag.strip().replace("-", "_")))
        except ValueError:
            continue
    weighted.sort(key=lambda pair: -pair[0])
    return [tag for weight, tag in weighted if tag and weight > 0]


def _read(path: Path) -> NullTranslations:
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
