"""`/cards/{card}/alerts`: does one want a mail about views, and how often? And the way out of it,
which each mail holds: it works without signing in, and with one click in a mail program."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.alerts import DAY_FROM, EVENING, NIGHT_FROM, read_off
from dashboard.site import Reader
from schema.directory import alerts, cards
from schema.directory.cards import Card
from schema.errors import BadInput
from schema.languages import N_

OFF = "off"
CHOICES = (
    (OFF, N_("No message")),
    ("day", N_("One a day at most, in the evening")),
    ("hour", N_("One an hour at most")),
)

OVER = N_("This link is no longer good")
COPY_WHOLE = N_("Copy it whole from the message, or sign in and choose it on the card’s page.")
STOPPED = N_("No more messages about this card")
AGAIN = N_("You can ask for them again on the card’s page.")


def show(request: Request, reader: Reader, card: Card) -> Response:
    return _page(reader, card, refused=False)


def choose(request: Request, reader: Reader, card: Card) -> Response:
    site, user, pace = reader.site, reader.someone, reader.form.get("pace", "")
    try:
        with site.directory.write() as conn:
            if pace == OFF:
                alerts.stop(conn, card.id, user.id)
            else:
                alerts.choose(conn, card=card.id, user=user.id, pace=pace, now_ms=site.clock())
    except BadInput:
        return _page(reader, card, refused=True)
    return RedirectResponse(f"/cards/{card.id}", 303)


def ask_off(request: Request, reader: Reader) -> Response:
    """Looking at it ends nothing: programs that look through mails follow links too."""
    found = _read(request, reader)
    if found is None:
        return _message(reader, 404, OVER, COPY_WHOLE)
    with reader.site.directory.read() as conn:
        card = cards.get(conn, found[0])
    if card is None:
        return _message(reader, 200, STOPPED, N_("The card is gone, and its messages with it."))
    return reader.renderer.page(
        "alerts_off.html", reader=None, card=card, token=request.path_params["token"]
    )


def turn_off(request: Request, reader: Reader) -> Response:
    """From our page, or from a mail program's own button (RFC 8058), which brings no cookie."""
    found = _read(request, reader)
    if found is None:
        return _message(reader, 404, OVER, COPY_WHOLE)
    with reader.site.directory.write() as conn:
        alerts.stop(conn, *found)
    return _message(reader, 200, STOPPED, AGAIN)


def _read(request: Request, reader: Reader) -> tuple[str, str] | None:
    site = reader.site
    return read_off(site.directory, request.path_params["token"], site.clock())


def _page(reader: Reader, card: Card, *, refused: bool) -> Response:
    with reader.site.directory.read() as conn:
        alert = alerts.of_reader(conn, card.id, reader.someone.id)
    language = reader.renderer.language
    return reader.renderer.page(
        "alerts.html",
        status=422 if refused else 200,
        reader=reader,
        card=card,
        choices=CHOICES,
        chosen=alert.pace if alert else OFF,
        refused=refused,
        open=reader.site.post.is_open,
        hours={
            "night": language.hour(NIGHT_FROM),
            "morning": language.hour(DAY_FROM),
            "evening": language.hour(EVENING),
        },
    )


def _message(reader: Reader, status: int, title: str, remedy: str) -> Response:
    return reader.renderer.page(
        "message.html", status=status, reader=None, title=title, remedy=remedy
    )
