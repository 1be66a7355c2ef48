"""What leads to the demo's cards: what was printed or programmed, and what visitors pass on."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from balise.demo.people import DemoCard
from collector.addresses import with_params
from schema.languages import N_


@dataclass(frozen=True, slots=True)
class DemoItem:
    code: str
    medium: str
    label: str


def items_of(card: DemoCard) -> tuple[DemoItem, ...]:
    """The first is the printed card. Codes are fixed, as if they were in people's pockets."""
    name = card.id[1:]
    stand = DemoItem(f"F{name}", "qr", "Stand, Salon des entrepreneurs")
    return (
        DemoItem(f"Q{name}", "qr", "Cartes imprimées, lot de 500"),
        DemoItem(f"N{name}", "nfc", "Badge NFC"),
        DemoItem(f"S{name}", "sig", "Signature d’e-mail"),
        *([stand] if card.fairs else []),
    )


def code_of(card: DemoCard, medium: str, draw: int) -> str:
    """Which of the card's items brought a visitor who came by that medium; none for a link."""
    codes = [item.code for item in items_of(card) if item.medium == medium]
    return codes[draw % len(codes)] if codes else ""


@dataclass(frozen=True, slots=True)
class Share:
    """A way to pass a card on. The address that it carries says through which channel."""

    channel: str
    text: str
    href: str


def shares(address: str, subject: str) -> Iterator[Share]:
    """Links, so that they work without a script too."""

    def tagged(channel: str) -> str:
        return quote(shared_address(address, channel), safe="")

    yield Share("whatsapp", N_("WhatsApp"), f"https://wa.me/?text={tagged('whatsapp')}")
    yield Share("sms", N_("Text"), f"sms:?&body={tagged('sms')}")
    yield Share("email", N_("E-mail"), f"mailto:?subject={quote(subject)}&body={tagged('email')}")
    yield Share(
        "linkedin",
        N_("LinkedIn"),
        f"https://www.linkedin.com/sharing/share-offsite/?url={tagged('linkedin')}",
    )
    yield Share(
        "facebook",
        N_("Facebook"),
        f"https://www.facebook.com/sharer/sharer.php?u={tagged('facebook')}",
    )


def shared_address(address: str, channel: str) -> str:
    return with_params(address, src="share", item=channel)
