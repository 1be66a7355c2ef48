"""What stands at the head of every file: which days, which filters, whose hours, and when."""

from typing import Final
from unicodedata import normalize

from dashboard.exports.cells import told
from dashboard.exports.document import Report
from dashboard.languages import Language

NAME_MAX: Final = 120


def headings(report: Report, language: Language) -> tuple[str, ...]:
    _ = language.gettext
    lines = [language.days(report.first, report.last)]
    if report.before:
        lines.append(_("Compared with: %(days)s") % {"days": language.days(*report.before)})
    lines.extend(report.filters)
    lines.append(_("Days and hours: %(zone)s") % {"zone": report.zone})
    made = {"day": told(report.made_at.date(), "day", language), "time": f"{report.made_at:%H:%M}"}
    lines.append(_("Written on %(day)s at %(time)s") % made)
    return tuple(lines)


def file_name(report: Report, subject: str, suffix: str) -> str:
    """Of plain letters, which every header and every disk takes."""
    words = (report.title, subject, report.first.isoformat(), report.last.isoformat())
    plain = normalize("NFKD", " ".join(words)).encode("ascii", "ignore").decode()
    kept = "".join(c if c.isalnum() or c == "-" else " " for c in plain).lower()
    return f"balise-{'-'.join(kept.split())[:NAME_MAX]}.{suffix}"
