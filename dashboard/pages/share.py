"""`/cards/{card}/share`: links with which others see a card, each shown once, when it is made."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.period import day_of
from dashboard.site import Reader
from schema.days import day_start_ms, local_day
from schema.directory import checks, shared_links
from schema.directory.cards import Card
from schema.directory.checks import PASSWORD_CHARS_MIN
from schema.errors import BadInput


def show(request: Request, reader: Reader, card: Card) -> Response:
    return _page(reader, card)


def create(request: Request, reader: Reader, card: Card) -> Response:
    site, form, now_ms = reader.site, reader.form, reader.site.clock()
    wrong = _wrong(form, card, now_ms)
    if wrong:
        return _page(reader, card, wrong=wrong)
    with site.directory.write() as conn:
        link, token = shared_links.create(
            conn,
            card=card.id,
            label=form.get("label", ""),
            password=form.get("password") or None,
            expires_ms=_end_ms(form.get("until", ""), card),
            now_ms=now_ms,
        )
        reader.record(conn, "link.create", link.id)
    return _page(reader, card, address=f"{site.origin}/s/{token}", protected=link.has_password)


def revoke(request: Request, reader: Reader, card: Card) -> Response:
    id = reader.form.get("link", "")
    with reader.site.directory.write() as conn:
        shared_links.revoke(conn, card.id, id)
        reader.record(conn, "link.revoke", id)
    return RedirectResponse(f"/cards/{card.id}/share", 303)


def _wrong(form: Mapping[str, str], card: Card, now_ms: int) -> frozenset[str]:
    """The fields that cannot be taken as they were typed."""
    until, password = form.get("until", "").strip(), form.get("password", "")
    end_ms = _end_ms(until, card)
    return frozenset(
        name
        for name, is_wrong in (
            ("label", _is_refused(checks.name, form.get("label", ""), "label")),
            ("until", bool(until) and (end_ms is None or end_ms <= now_ms)),
            ("password", bool(password) and _is_refused(checks.password, password)),
        )
        if is_wrong
    )


def _is_refused(check: Callable[..., object], *given: str) -> bool:
    try:
        check(*given)
    except BadInput:
        return True
    return False


def _end_ms(text: str, card: Card) -> int | None:
    """The last day is still good, in the card's own zone."""
    day = day_of(text.strip())
    return day_start_ms(day + timedelta(days=1), card.zone) if day else None


def _page(
    reader: Reader,
    card: Card,
    *,
    wrong: frozenset[str] = frozenset(),
    address: str = "",
    protected: bool = False,
) -> Response:
    now_ms, words = reader.site.clock(), reader.renderer.language
    today = local_day(now_ms, card.zone)
    with reader.site.directory.read() as conn:
        links = shared_links.of_card(conn, card.id)
    return reader.renderer.page(
        "share.html",
        status=422 if wrong else 200,
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
        typed=reader.form if wrong else {},
        wrong=wrong,
        address=address,
        protected=protected,
        chars_min=PASSWORD_CHARS_MIN,
    )
