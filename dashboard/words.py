"""The keys of breakdowns and filters in the reader's words: `qr` is « QR code »."""

from collections.abc import Mapping

from dashboard.figures.values import OTHERS
from dashboard.languages import Language
from schema.languages import N_
from schema.targets import TARGETS
from schema.wire import UNKNOWN_MEDIUM

DIMENSIONS: Mapping[str, str] = {
    "source": N_("Source"),
    "medium": N_("Medium"),
    "item": N_("Item"),
    "referrer": N_("Site"),
    "country": N_("Country"),
    "region": N_("Region"),
    "city": N_("City (estimate)"),
    "device": N_("Device"),
    "browser": N_("Browser"),
    "os": N_("System"),
    "language": N_("Language"),
    "target": N_("Button"),
    "weekday_hour": N_("Hours of the week"),
}

CROSSED: Mapping[str, str] = {
    "source": N_("Sources"),
    "country": N_("Countries"),
    "region": N_("Regions"),
    "city": N_("Cities"),
    "hour": N_("Hours"),
}

SOURCES: Mapping[str, str] = {
    "qr": N_("QR code"),
    "nfc": N_("NFC chip"),
    "link": N_("Short link"),
    "sig": N_("E-mail signature"),
    "wallet": N_("Wallet"),
    "share": N_("Shared by a visitor"),
    "search": N_("Search engines"),
    "social": N_("Social networks"),
    "messaging": N_("Messaging"),
    "mail": N_("Webmail"),
    "directory": N_("Directories"),
    "site": N_("Other sites"),
    "direct": N_("Direct"),
}
DEVICES: Mapping[str, str] = {
    "mobile": N_("Phone"),
    "tablet": N_("Tablet"),
    "desktop": N_("Computer"),
}
OTHERS_WORD = N_("Others")
OTHER_PLACES: Mapping[str, str] = {"region": N_("Other regions"), "city": N_("Other cities")}

_KNOWN: Mapping[str, Mapping[str, str]] = {
    "source": SOURCES,
    "medium": SOURCES,
    "device": DEVICES,
    "target": {target.name: target.label for target in TARGETS},
}


def key_name(by: str, key: str, language: Language, items: Mapping[str, str]) -> str:
    """`items`: the labels that the card's owner gave, by code."""
    if key == OTHERS:
        return language.gettext(OTHER_PLACES.get(by, OTHERS_WORD))
    if key == "" and by == "item":
        return language.gettext("Without an item")
    if not key.strip("|") or (by == "medium" and key == UNKNOWN_MEDIUM):
        return language.gettext("Unknown")
    if by in _KNOWN:
        known = _KNOWN[by].get(key)
        return language.gettext(known) if known else key
    if by == "item":
        return items.get(key, key)
    if by in ("country", "region", "city"):
        return _place(key, language)
    return language.language(key) if by == "language" else key


def _place(key: str, language: Language) -> str:
    """A city is told with its region, a region of another country than France with its country."""
    country, *parts = key.split("|")
    named = [part for part in reversed(parts) if part]
    if not named or country != "FR":
        named.append(language.country(country))
    return ", ".join(named)
