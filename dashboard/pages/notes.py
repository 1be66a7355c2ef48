"""What an owner writes beside the figures of a day: « salon de Lyon ». The address keeps the period
and the filters of the page that it was written on."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.pages.card import page
from dashboard.pages.card_period import Typed
from dashboard.period import day_of
from dashboard.site import Reader
from schema.days import local_day
from schema.directory import annotations
from schema.directory.cards import Card
from schema.errors import BadInput
from schema.languages import N_

NO_DAY = N_("This is not a date. Give it as 2026-11-20.")
TOO_EARLY = N_("The card did not exist yet on this day. Choose a later one.")
NO_TEXT = N_("Write a few words, at most one line.")


def write(request: Request, reader: Reader, card: Card) -> Response:
    site, text = reader.site, reader.form.get("text", "")
    typed_day = reader.form.get("day", "")
    day = day_of(typed_day.strip())
    if day is None:
        return page(request, reader, card, Typed(typed_day, text, wrong_day=NO_DAY))
    if day < local_day(card.created_ms, card.zone):
        return page(request, reader, card, Typed(typed_day, text, wrong_day=TOO_EARLY))
    try:
        with site.directory.write() as conn:
            annotations.create(conn, card=card.id, day=day, text=text, now_ms=site.clock())
    except BadInput:
        return page(request, reader, card, Typed(typed_day, text, wrong_text=NO_TEXT))
    return _back(request, card)


def delete(request: Request, reader: Reader, card: Card) -> Response:
    with reader.site.directory.write() as conn:
        annotations.delete(conn, card.id, reader.form.get("note", ""))
    return _back(request, card)


def _back(request: Request, card: Card) -> Response:
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/cards/{card.id}{asked}#notes", 303)
