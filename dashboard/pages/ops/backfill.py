"""`/ops/backfill`: closed days are computed again, once ops have seen what that would change.

The page only asks: the process that runs the jobs compares, and computes after a yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.pages.ops.figures import Line, lines
from dashboard.period import day_of
from dashboard.site import Reader
from schema.directory import backfills, cards, horizons
from schema.directory.backfills import Asked
from schema.languages import N_

ADDRESS: Final = "/ops/backfill"
SHOWN_MAX: Final = 5
AGAIN_S: Final = 5
"""How often a page without scripts looks again."""

WRONG: Mapping[str, str] = {
    "cards": N_("There is no card “%(value)s”."),
    "first": N_("This is not a date. Give it as 2026-11-20."),
    "last": N_("Give a day that has ended and is not before the first."),
    "gone": N_("The events of these days are no longer held. Give a day after %(day)s."),
    "busy": N_("Another one has not ended yet."),
}
FAILED: Final = N_("Something went wrong; the log has its trace. Ask for it again: it goes on.")
"""Where there is no sentence to show."""


@dataclass(frozen=True, slots=True)
class Shown:
    asked: Asked
    days: str
    when: str
    failed: bool
    """Its error has no sentence of its own."""
    lines: tuple[Line, ...]
    """What it would change."""


@dataclass(frozen=True, slots=True)
class _Typed:
    first: date | None
    last: date | None
    cards: tuple[str, ...]


def show(request: Request, reader: Reader) -> Response:
    return _page(reader, {})


def ask(request: Request, reader: Reader) -> Response:
    typed = _typed(reader.form)
    wrong = _wrong(reader, typed)
    if wrong or typed.first is None or typed.last is None:
        return _page(reader, wrong)
    with reader.site.directory.write() as conn:
        made = backfills.ask(
            conn,
            first=typed.first,
            last=typed.last,
            cards=typed.cards,
            actor=f"user:{reader.someone.id}",
            now_ms=reader.site.clock(),
        )
        if made:
            reader.record(conn, "backfill.ask", _told(made))
    return RedirectResponse(ADDRESS, 303) if made else _page(reader, {"busy": WRONG["busy"]})


def confirm(request: Request, reader: Reader) -> Response:
    """One that was answered in another tab is shown as it stands."""
    id = _id(reader)
    with reader.site.directory.write() as conn:
        if backfills.confirm(conn, id, reader.site.clock()):
            reader.record(conn, "backfill.confirm", str(id))
    return RedirectResponse(ADDRESS, 303)


def leave(request: Request, reader: Reader) -> Response:
    id = _id(reader)
    with reader.site.directory.write() as conn:
        if backfills.leave(conn, id):
            reader.record(conn, "backfill.leave", str(id))
    return RedirectResponse(ADDRESS, 303)


def _id(reader: Reader) -> int:
    text = reader.form.get("id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _told(asked: Asked) -> str:
    return f"{asked.id}: {asked.first} to {asked.last}, {' '.join(asked.cards) or 'all cards'}"


def _typed(form: Mapping[str, str]) -> _Typed:
    ids = form.get("cards", "").replace(",", " ").split()
    first, last = (day_of(form.get(name, "").strip()) for name in ("first", "last"))
    return _Typed(first, last, tuple(dict.fromkeys(ids)))


def _wrong(reader: Reader, typed: _Typed) -> dict[str, str]:
    from pipeline.backfill import last_ended, last_gone

    with reader.site.directory.read() as conn:
        since_ms = horizons.since_ms(conn, horizons.RAW)
        every = {card.id: card for card in cards.every(conn)}
    unknown = next((card for card in typed.cards if card not in every), None)
    wanted = [every[card] for card in typed.cards or every if card in every]
    found = {} if unknown is None else {"cards": _said(reader, "cards", value=unknown)}
    if typed.first is None:
        found["first"] = _said(reader, "first")
    ended = typed.last is not None and typed.last <= last_ended(wanted, reader.site.clock())
    if not ended or (typed.first and typed.last and typed.last < typed.first):
        found["last"] = _said(reader, "last")
    elif typed.last and typed.last <= (gone := last_gone(wanted, since_ms)):
        found["last"] = _said(reader, "gone", day=gone.isoformat())
    return found


def _said(reader: Reader, name: str, **values: str) -> str:
    return reader.language.gettext(WRONG[name]) % values


def _page(reader: Reader, wrong: Mapping[str, str]) -> Response:
    with reader.site.directory.read() as conn:
        found = backfills.latest(conn, SHOWN_MAX)
    shown = [_shown(reader, asked) for asked in found]
    current = shown[0] if shown and shown[0].asked.finished_ms is None else None
    return reader.renderer.page(
        "ops/backfill.html",
        status=422 if wrong else 200,
        reader=reader,
        current=current,
        ended=shown[1:] if current else shown,
        typed=reader.form,
        wrong=wrong,
        failed=FAILED,
        again_s=AGAIN_S,
    )


def _shown(reader: Reader, asked: Asked) -> Shown:
    from pipeline import recompute

    words = reader.language
    at = datetime.fromtimestamp(asked.asked_ms / 1000, UTC)
    today = datetime.fromtimestamp(reader.site.clock() / 1000, UTC).date()
    changes = lines(asked.difference.before, asked.difference.after) if asked.difference else ()
    when = f"{words.day(at.date(), today)} {at:%H:%M} UTC"
    failed = asked.error == recompute.FAILED
    return Shown(asked, words.days(asked.first, asked.last), when, failed, changes)
