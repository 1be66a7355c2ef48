"""What is typed of a card, and what is said beside the fields that cannot be used. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from schema.days import check_zone
from schema.directory import checks
from schema.directory.cards import Card
from schema.errors import BadInput
from schema.languages import N_

WRONG: Mapping[str, str] = {
    "name": N_("Give it a name of at most 200 visible characters."),
    "url": N_("Give an address such as https://carte.example.fr/marie."),
    "zone": N_("This time zone is unknown; choose one from the list."),
    "origins": N_("One site per line, such as https://carte.example.fr."),
}


@dataclass(frozen=True, slots=True)
class TypedCard:
    name: str = ""
    url: str = ""
    zone: str = ""
    origins: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The same for the same values: tells whether somebody has changed them meanwhile."""
        return blake2b(repr(self).encode(errors="replace"), digest_size=8).hexdigest()


_CHECKS: Mapping[str, Callable[[TypedCard], object]] = {
    "name": lambda typed: checks.name(typed.name, "name"),
    "url": lambda typed: checks.url(typed.url),
    "zone": lambda typed: check_zone(typed.zone),
    "origins": lambda typed: [checks.origin(each) for each in typed.origins],
}


def typed_card(form: Mapping[str, str]) -> TypedCard:
    name, url, zone = (form.get(field, "").strip() for field in ("name", "url", "zone"))
    return TypedCard(name, url, zone, tuple(form.get("origins", "").split()))


def as_typed(card: Card) -> TypedCard:
    return TypedCard(card.name, card.url, card.zone, card.origins)


def problems(typed: TypedCard) -> dict[str, str]:
    """The sentences of all fields that cannot be used, at once."""
    return {name: WRONG[name] for name, check in _CHECKS.items() if not _passes(check, typed)}


def _passes(check: Callable[[TypedCard], object], typed: TypedCard) -> bool:
    try:
        check(typed)
    except BadInput:
        return False
    return True
