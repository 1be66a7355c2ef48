"""`/cards/{card}/settings`: what the card is called, where it is, and whose days are counted."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.site import Reader
from schema.days import check_zone, zone_names
from schema.directory import cards, checks
from schema.directory.cards import Card
from schema.errors import BadInput
from schema.languages import N_

WRONG: Mapping[str, str] = {
    "name": N_("Give it a name of at most 200 characters."),
    "url": N_("Give an address such as https://carte.example.fr/marie."),
    "zone": N_("This time zone is unknown; choose one from the list."),
    "origins": N_("One site per line, such as https://carte.example.fr."),
}
"""What is said beside a field that cannot be used."""
CHECKS: Mapping[str, Callable[[str], object]] = {
    "name": lambda text: checks.name(text, "name"),
    "url": checks.url,
    "zone": check_zone,
    "origins": lambda text: [checks.origin(each) for each in text.split()],
}


def show(request: Request, reader: Reader, card: Card) -> Response:
    return _page(reader, card, {})


def change(request: Request, reader: Reader, card: Card) -> Response:
    typed = {name: reader.form.get(name, "").strip() for name in WRONG}
    origins = typed["origins"].split()
    wrong = _wrong(typed)
    if wrong:
        shown = replace(
            card, name=typed["name"], url=typed["url"], zone=typed["zone"], origins=tuple(origins)
        )
        return _page(reader, shown, wrong)
    with reader.site.directory.write() as conn:
        cards.change(
            conn,
            card.id,
            name=typed["name"],
            url=typed["url"],
            zone=typed["zone"],
            origins=origins,
        )
        reader.record(conn, "card.change", card.id)
    return RedirectResponse(f"/cards/{card.id}", 303)


def _wrong(typed: Mapping[str, str]) -> dict[str, str]:
    """The sentences of all fields that cannot be used, at once."""
    return {name: WRONG[name] for name, check in CHECKS.items() if not _passes(check, typed[name])}


def _passes(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except BadInput:
        return False
    return True


def _page(reader: Reader, card: Card, wrong: dict[str, str]) -> Response:
    return reader.renderer.page(
        "card_settings.html",
        status=422 if wrong else 200,
        reader=reader,
        card=card,
        zones=sorted(zone_names()),
        wrong=wrong,
    )
