"""What can be tapped on a demo card: one list for the page that shows it and for its traffic."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from balise.demo.people import DemoCard
from schema.languages import N_

Place = Literal["main", "quick", "list"]


@dataclass(frozen=True, slots=True)
class Button:
    target: str
    place: Place
    """Where on the page; sent as the click's label."""
    href: str
    text: str
    """English sentence for the reader's language; the page translates it."""
    detail: str = ""
    """What the card's holder wrote, shown as it is."""


def buttons(card: DemoCard) -> tuple[Button, ...]:
    return (
        Button("vcard", "main", f"/c/{card.id}.vcf", N_("Save the contact")),
        *_quick(card),
        *_rows(card),
    )


def _quick(card: DemoCard) -> Iterator[Button]:
    yield Button("phone", "quick", f"tel:{card.mobile}", N_("Call"))
    yield Button("sms", "quick", f"sms:{card.mobile}", N_("Text"))
    if card.whatsapp:
        yield Button("whatsapp", "quick", f"https://wa.me/{card.mobile[1:]}", N_("WhatsApp"))
    yield Button("email", "quick", f"mailto:{card.email}", N_("E-mail"))


def _rows(card: DemoCard) -> Iterator[Button]:
    if card.booking:
        yield Button(
            "booking",
            "list",
            card.booking,
            N_("Book an appointment"),
            urlsplit(card.booking).netloc,
        )
    yield Button("phone", "list", f"tel:{card.landline}", N_("Office"), spaced(card.landline))
    yield Button("website", "list", card.website, N_("Website"), _bare(card.website))
    yield Button("map", "list", _map_address(card), N_("Directions"), address_lines(card))
    if card.linkedin:
        yield Button("linkedin", "list", card.linkedin, N_("LinkedIn"), card.full_name)
    if card.instagram:
        handle = card.instagram.rpartition("/")[2]
        yield Button("instagram", "list", card.instagram, N_("Instagram"), f"@{handle}")


def address_lines(card: DemoCard) -> str:
    return f"{card.street}\n{card.postcode} {card.town}"


def spaced(number: str) -> str:
    """+33199000234 as people in France write it to the world: +33 1 99 00 02 34."""
    digits = number.removeprefix("+33")
    pairs = [digits[at : at + 2] for at in range(1, len(digits), 2)]
    return "\N{NO-BREAK SPACE}".join(("+33", digits[0], *pairs))


def _bare(address: str) -> str:
    parts = urlsplit(address)
    return parts.netloc + parts.path


def _map_address(card: DemoCard) -> str:
    place = quote(f"{card.street}, {card.postcode} {card.town}, {card.country}")
    return f"https://www.openstreetmap.org/search?query={place}"
