"""Texts that visitors and owners typed, made safe for paper and spreadsheets, and nothing else.

A spreadsheet obeys a cell that begins with one of `TRIGGERS`. In CSV such a text gets an apostrophe
in front, as OWASP advises; in Excel it is written as a text, which no program evaluates.
"""

from datetime import date, datetime
from typing import Final

from babel.dates import format_date

from dashboard.exports.document import Cell, Kind
from dashboard.languages import Language
from dashboard.plain import clean

TRIGGERS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    return text.lstrip().startswith(TRIGGERS)


def neutral(text: str) -> str:
    """What a spreadsheet that opens a CSV file takes for a text."""
    found = clean(text)
    return f"'{found}" if text.startswith(TRIGGERS) or is_formula(found) else found


def told(cell: Cell, kind: Kind, language: Language) -> str:
    """A cell as a person reads it, on paper."""
    if cell is None:
        return "–"
    if isinstance(cell, datetime):
        return f"{told(cell.date(), kind, language)}, {language.hour(cell.hour)}"
    if isinstance(cell, date):
        return format_date(cell, "medium", locale=language.locale)
    if isinstance(cell, str):
        return clean(cell)
    if kind == "rate":
        return language.share(cell)
    if kind == "seconds":
        return language.duration(int(cell))
    return language.number(int(cell))
