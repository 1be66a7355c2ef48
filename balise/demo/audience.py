"""Who looks at the demo's cards: devices, places, ways in and robots, as weighted tables.

Browsers are real user-agent strings, so that the demo's figures come out of the same
classification as everybody else's.
"""

from dataclasses import dataclass

from balise.demo.weighted import Weighted
from schema.wire import UNKNOWN_MEDIUM


@dataclass(frozen=True, slots=True)
class Device:
    agent: str
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    zone: str
    lang: str
    prefix: str
    """First two numbers of a network seen there; only a GeoIP file gives them a meaning."""
    thirds: range = range(256)


@dataclass(frozen=True, slots=True)
class Way:
    """How a visitor came: what the address said, from which site, and on what kind of device."""

    medium: str
    referrer: str
    devices: Weighted[Device]


@dataclass(frozen=True, slots=True)
class Robot:
    agent: str
    network: str
    mark: str = ""


_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
_IPHONE_OLD = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_7 like Mac OS X) AppleWebKit/605.1.15"
_GALAXY = "Mozilla/5.0 (Linux; Android 15; SM-S921B Build/AP3A.240905.015; wv)"
_ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_GECKO = "(KHTML, like Gecko)"
_BLINK = f"AppleWebKit/537.36 {_GECKO}"

PHONES = Weighted(
    (Device(f"{_IPHONE} {_GECKO} Version/18.5 Mobile/15E148 Safari/604.1", (375, 390, 393)), 40),
    (Device(f"{_IPHONE_OLD} {_GECKO} Version/16.6 Mobile/15E148 Safari/604.1", (375, 414)), 6),
    (Device(f"{_ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36", (360, 393, 412)), 36),
    (
        Device(f"{_ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", (360, 384)),
        12,
    ),
    (Device("Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0", (360,)), 2),
    (Device(f"{_IPHONE} {_GECKO} CriOS/140.0.7339.39 Mobile/15E148 Safari/604.1", (390,)), 4),
)
DESKS = Weighted(
    (Device(f"{_WINDOWS} {_BLINK} Chrome/140.0.0.0 Safari/537.36", (1366, 1536, 1920)), 44),
    (Device(f"{_WINDOWS} {_BLINK} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", (1536, 1920)), 22),
    (Device(f"{_WINDOWS[:-1]}; rv:142.0) Gecko/20100101 Firefox/142.0", (1366, 1920)), 10),
    (
        Device(f"{_MAC} AppleWebKit/605.1.15 {_GECKO} Version/18.5 Safari/605.1.15", (1440, 1728)),
        16,
    ),
    (Device(f"{_MAC} {_BLINK} Chrome/140.0.0.0 Safari/537.36", (1440, 1680)), 8),
)
_IN_LINKEDIN = Weighted(
    (Device(f"{_IPHONE} {_GECKO} Mobile/15E148 [LinkedInApp]/9.31.1042", (390, 393)), 60),
    (
        Device(
            f"{_GALAXY} {_BLINK} Version/4.0 Chrome/140.0.7339.51 Mobile Safari/537.36"
            " [LinkedInApp]/4.1.1108",
            (360, 384),
        ),
        40,
    ),
)
_IN_INSTAGRAM = Weighted(
    (
        Device(
            f"{_IPHONE} {_GECKO} Mobile/22F76 Instagram 390.0.0.28.85"
            " (iPhone15,4; iOS 18_5; fr_FR; fr; scale=3.00; 1179x2556; 756111382)",
            (393,),
        ),
        70,
    ),
    (
        Device(
            f"{_GALAXY} {_BLINK} Version/4.0 Chrome/140.0.7339.51 Mobile Safari/537.36"
            " Instagram 390.0.0.43.81 Android (35/15; 480dpi; 1080x2340; samsung; SM-S921B;"
            " e1s; s5e9945; fr_FR; 758632011)",
            (360,),
        ),
        30,
    ),
)
_IN_FACEBOOK = Weighted(
    (
        Device(
            f"{_GALAXY} {_BLINK} Version/4.0 Chrome/140.0.7339.51 Mobile Safari/537.36"
            " [FB_IAB/FB4A;FBAV/525.0.0.48.106;]",
            (360, 384),
        ),
        1,
    ),
)

WAYS = Weighted(
    (Way("qr", "", PHONES), 34),
    (Way("nfc", "", PHONES), 14),
    (Way("sig", "", DESKS), 8),
    (Way("sig", "mail.google.com", DESKS), 4),
    (Way("sig", "outlook.live.com", DESKS), 3),
    (Way("link", "www.linkedin.com", _IN_LINKEDIN), 6),
    (Way("link", "www.linkedin.com", DESKS), 3),
    (Way("link", "l.instagram.com", _IN_INSTAGRAM), 3),
    (Way("link", "l.facebook.com", _IN_FACEBOOK), 3),
    (Way("share", "", PHONES), 6),
    (Way("share", "web.whatsapp.com", DESKS), 1),
    (Way("wallet", "", PHONES), 2),
    (Way(UNKNOWN_MEDIUM, "", PHONES), 4),
    (Way(UNKNOWN_MEDIUM, "www.google.com", DESKS), 3),
    (Way(UNKNOWN_MEDIUM, "www.google.com", PHONES), 3),
    (Way(UNKNOWN_MEDIUM, "www.bing.com", DESKS), 1),
    (Way(UNKNOWN_MEDIUM, "annuaire.example", DESKS), 1),
)
FAIR_WAYS = Weighted(
    (Way("qr", "", PHONES), 70),
    (Way("nfc", "", PHONES), 22),
    (Way("share", "", PHONES), 5),
    (Way("link", "www.linkedin.com", _IN_LINKEDIN), 3),
)

_FRANCE = (
    (Place("Europe/Paris", "fr-FR", "90.79"), 30.0),
    (Place("Europe/Paris", "fr-FR", "82.64"), 24.0),
    (Place("Europe/Paris", "fr", "176.150"), 16.0),
    (Place("Europe/Paris", "en-GB", "77.136"), 4.0),
)
_ABROAD = (
    (Place("Europe/Brussels", "fr-BE", "81.240"), 3.0),
    (Place("Europe/Zurich", "fr-CH", "85.0"), 2.0),
    (Place("America/Toronto", "fr-CA", "142.118"), 2.0),
)
_REUNION = (
    (Place("Indian/Reunion", "fr-FR", "102.35"), 60.0),
    (Place("Indian/Reunion", "fr", "165.169"), 40.0),
)
_MARTINIQUE = (
    (Place("America/Martinique", "fr-FR", "93.121"), 70.0),
    (Place("America/Guadeloupe", "fr-FR", "93.121"), 14.0),
)
_TAHITI = (
    (Place("Pacific/Tahiti", "fr-FR", "123.50", range(64, 128)), 80.0),
    (Place("Pacific/Tahiti", "fr-PF", "113.197", range(64, 96)), 20.0),
)
_NOUMEA = (
    (Place("Pacific/Noumea", "fr-FR", "203.147", range(64, 80)), 75.0),
    (Place("Pacific/Noumea", "fr", "113.20", range(32, 64)), 25.0),
    (Place("Australia/Sydney", "en-AU", "203.220"), 4.0),
)


def _mostly(
    home: tuple[tuple[Place, float], ...], away: tuple[tuple[Place, float], ...]
) -> Weighted[Place]:
    """Nine visitors in ten are at home."""
    home_share = 0.9 / sum(weight for _, weight in home)
    away_share = 0.1 / sum(weight for _, weight in away)
    return Weighted(
        *((place, weight * home_share) for place, weight in home),
        *((place, weight * away_share) for place, weight in away),
    )


PLACES: dict[str, Weighted[Place]] = {
    "Europe/Paris": _mostly(_FRANCE, (*_ABROAD, *_REUNION)),
    "Indian/Reunion": _mostly(_REUNION, _FRANCE),
    "America/Martinique": _mostly(_MARTINIQUE, _FRANCE),
    "Pacific/Tahiti": _mostly(_TAHITI, (*_FRANCE, *_NOUMEA)),
    "Pacific/Noumea": _mostly(_NOUMEA, (*_FRANCE, *_TAHITI)),
}
"""By the card's own zone."""

ROBOTS = Weighted(
    (
        Robot(
            f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {_BLINK}"
            " Chrome/140.0.7339.80 Mobile Safari/537.36"
            " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "66.249.66.0/24",
        ),
        20,
    ),
    (
        Robot(
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0;"
            " +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
            "40.77.167.0/24",
        ),
        10,
    ),
    (
        Robot(
            "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "54.36.148.0/24"
        ),
        6,
    ),
    (
        Robot(
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "173.252.95.0/24",
        ),
        12,
    ),
    (Robot("WhatsApp/2.23.20.0", "90.79.12.0/24"), 16),
    (
        Robot(
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)", "108.174.2.0/24"
        ),
        8,
    ),
    (Robot("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "3.88.21.0/24"), 3),
    (
        Robot(
            f"Mozilla/5.0 (X11; Linux x86_64) {_BLINK} HeadlessChrome/140.0.0.0 Safari/537.36",
            "51.68.14.0/24",
        ),
        9,
    ),
    (Robot(f"{_ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36", "90.79.12.0/24", "prefetch"), 6),
    (Robot(f"{_WINDOWS} {_BLINK} Chrome/140.0.0.0 Safari/537.36", "82.64.7.0/24", "owner"), 10),
)
