"""The owner's corner of a card: the pages behind its figures, and who finds the way to which."""

from typing import NamedTuple

from dashboard.access import Decision, decide
from dashboard.site import Reader
from schema.directory.cards import Card
from schema.languages import N_


class Door(NamedTuple):
    route: str
    path: str
    text: str


DOORS = (
    Door("items", "/items", N_("Codes and links")),
    Door("alerts", "/alerts", N_("View alerts")),
    Door("share", "/share", N_("Shared links")),
    Door("own", "/own", N_("Your own devices")),
    Door("install", "/install", N_("Install or try the tag")),
    Door("card_settings", "/settings", N_("Settings of the card")),
)


def doors(reader: Reader, card: Card) -> list[tuple[str, str]]:
    """Words and address of each page that is open to the reader."""
    return [
        (door.text, f"/cards/{card.id}{door.path}")
        for door in DOORS
        if decide(reader.role, reader.tier, door.route) is Decision.ALLOW
    ]
