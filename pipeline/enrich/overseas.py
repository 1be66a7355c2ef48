"""French overseas territories are themselves: some files call them a part of France.

GeoLite2 gives them as countries, as ISO 3166-1 does. Others give `FR` and name the territory as a
subdivision: by its ISO 3166-2 code, old or new, or by its name alone (DB-IP Lite).
"""

from typing import NamedTuple


class Territory(NamedTuple):
    country: str
    number: str
    """Of the department, which older subdivision codes carry."""
    names: tuple[str, ...]


TERRITORIES = (
    Territory("GP", "971", ("Guadeloupe",)),
    Territory("MQ", "972", ("Martinique",)),
    Territory("GF", "973", ("Guyane", "Guyane française", "French Guiana")),
    Territory("RE", "974", ("La Réunion", "Réunion", "Reunion")),
    Territory("PM", "975", ("Saint-Pierre-et-Miquelon", "Saint Pierre and Miquelon")),
    Territory("YT", "976", ("Mayotte",)),
    Territory("BL", "977", ("Saint-Barthélemy", "Saint Barthélemy")),
    Territory("MF", "978", ("Saint-Martin", "Saint Martin")),
    Territory("TF", "984", ("Terres australes françaises", "French Southern Territories")),
    Territory("WF", "986", ("Wallis-et-Futuna", "Wallis and Futuna")),
    Territory("PF", "987", ("Polynésie française", "French Polynesia")),
    Territory("NC", "988", ("Nouvelle-Calédonie", "New Caledonia")),
)
"""Saint-Martin is told by its code or as a region: no region of France bears that name."""

_COUNTRY_OF = {
    key: each.country
    for each in TERRITORIES
    for key in (each.country, each.number, *(name.casefold() for name in each.names))
}


def territory_of(code: str, name: str) -> str:
    """The territory's own country code, of a subdivision of France; nothing for one in Europe."""
    plain = code.removeprefix("FR-")
    return _COUNTRY_OF.get(plain) or _COUNTRY_OF.get(name.casefold(), "")
