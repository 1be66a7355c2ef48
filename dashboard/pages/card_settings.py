"""`/cards/{card}/settings`: what the card is called, where it is, and whose days are counted.

The form brings along the mark of what it was filled with. Who meanwhile meets somebody else's
change is shown it beside what they typed, and keeps theirs by sending the form once more.
"""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.card_form import TypedCard, as_typed, problems, typed_card
from dashboard.site import Reader
from schema.days import zone_names
from schema.directory import cards
from schema.directory.cards import Card


def show(request: Request, reader: Reader, card: Card) -> Response:
    return _page(reader, card, as_typed(card))


def change(request: Request, reader: Reader, card: Card) -> Response:
    typed = typed_card(reader.form)
    wrong = problems(typed)
    if wrong:
        return _page(reader, card, typed, wrong=wrong, mark=reader.form.get("mark", ""))
    with reader.site.directory.write() as conn:
        now = cards.get(conn, card.id)
        if now is None:
            raise HTTPException(404)
        newer = as_typed(now)
        if reader.form.get("mark", newer.mark) == newer.mark or typed == newer:
            cards.change(
                conn,
                card.id,
                name=typed.name,
                url=typed.url,
                zone=typed.zone,
                origins=typed.origins,
            )
            reader.record(conn, "card.change", card.id)
            return RedirectResponse(f"/cards/{card.id}", 303)
    return _page(reader, now, typed, newer=newer)


def _page(
    reader: Reader,
    card: Card,
    typed: TypedCard,
    *,
    wrong: Mapping[str, str] | None = None,
    newer: TypedCard | None = None,
    mark: str = "",
) -> Response:
    return reader.renderer.page(
        "card_settings.html",
        status=422 if wrong else 409 if newer else 200,
        reader=reader,
        path=f"/cards/{card.id}",
        name=card.name,
        card=typed,
        mark=mark or as_typed(card).mark,
        newer=newer,
        zones=zone_names(),
        wrong=wrong or {},
    )
