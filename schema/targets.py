"""What a visitor can tap on a card, a closed list: the kind is kept, never what is behind it."""

from dataclasses import dataclass
from typing import Literal

TargetKind = Literal["contact", "link"]


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    kind: TargetKind
    label: str
    """English text of the button's name; the dashboard translates it."""


TARGETS: tuple[Target, ...] = (
    Target("phone", "contact", "Phone"),
    Target("sms", "contact", "SMS"),
    Target("email", "contact", "E-mail"),
    Target("whatsapp", "contact", "WhatsApp"),
    Target("vcard", "contact", "Contact saved (download)"),
    Target("form", "contact", "Form"),
    Target("booking", "contact", "Booking"),
    Target("wallet", "link", "Wallet"),
    Target("map", "link", "Map"),
    Target("website", "link", "Website"),
    Target("linkedin", "link", "LinkedIn"),
    Target("facebook", "link", "Facebook"),
    Target("instagram", "link", "Instagram"),
    Target("x", "link", "X"),
    Target("tiktok", "link", "TikTok"),
    Target("youtube", "link", "YouTube"),
)

TARGET_NAMES: frozenset[str] = frozenset(target.name for target in TARGETS)
CONTACT_NAMES: tuple[str, ...] = tuple(t.name for t in TARGETS if t.kind == "contact")

SYNONYMS = {"tel": "phone", "mailto": "email", "wa": "whatsapp", "vcf": "vcard"}
"""What links are called: the script sends the word it finds, so that it holds no table of them."""
SHARE = "share"
"""As a target: the click is on a share button and becomes an event of this name."""
TARGET_WORDS: tuple[str, ...] = (SHARE, *(target.name for target in TARGETS), *SYNONYMS)
"""What a click's `target` may be as it is sent."""
