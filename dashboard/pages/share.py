"""`/cards/{card}/share`: links with which others see a card, each shown once, when it is made."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.period import day_of
from dashboard.site import Reader
from schema.days import day_start_ms, local_day
from schema.directory import shared_links
from schema.directory.cards import Card
from schema.directory.checks import PASSWORD_CHARS_MIN
from schema.errors import BadInput


def show(request: Request, reader: Reader, card: Card) -> Response:
    return _page(reader, card)


def create(request: Request, reader: Reader, card: Card) -> Response:
    site = reader.site
    try:
        with site.directory.write() as conn:
            link, token = shared_links.create(
                conn,
                card=card.id,
                label=reader.form.get("label", ""),
                password=reader.form.get("password") or None,
                expires_ms=_end_ms(reader.form.get("until", ""), card),
                now_ms=site.clock(),
            )
            reader.record(conn, "link.create", link.id)
    except BadInput:
        return _page(reader, card, refused=True)
    return _page(reader, card, address=f"{site.origin}/s/{token}", protected=link.has_password)


def revoke(request: Request, reader: Reader, card: Card) -> Response:
    id = reader.form.get("link", "")
    with reader.site.directory.write() as conn:
        shared_links.revoke(conn, card.id, id)
        reader.record(conn, "link.revoke", id)
    return RedirectResponse(f"/cards/{card.id}/share", 303)


def _end_ms(text: str, card: Card) -> int | None:
    """The last day is still good, in the card's own zone."""
    if not text:
        return None
    day = day_of(text.strip())
    if day is None:
        raise BadInput(f"{text!r} is not a day; give it as 2026-11-20.")
    return day_start_ms(day + timedelta(days=1), card.zone)


def _page(
    reader: Reader,
    card: Card,
    *,
    refused: bool = False,
    address: str = "",
    protected: bool = False,
) -> Response:
    now_ms, words = reader.site.clock(), reader.renderer.language
    today = local_day(now_ms, card.zone)
    with reader.site.directory.read() as conn:
        links = shared_links.of_card(conn, card.id)
    return reader.renderer.page(
        "share.html",
        status=422 if refused else 200,
        reader=reader,
        card=card,
        links=[
            (
                link,
                link.expires_ms and words.day(local_day(link.expires_ms - 1, card.zone), today),
                link.expires_ms is not None and link.expires_ms <= now_ms,
            )
            for link in links
        ],
        typed=reader.form,
        refused=refused,
        address=address,
        protected=protected,
        chars_min=PASSWORD_CHARS_MIN,
    )
