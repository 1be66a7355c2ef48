"""What a reader asks about several cards, as the address of a page or a file says it: those of an
account, or of one of its groups."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException

from dashboard.asked import Asked, Looking, question_of
from dashboard.drawings import Words
from dashboard.figures.read import Place
from dashboard.site import Reader
from dashboard.view import look
from schema.days import local_day
from schema.directory import accounts, card_groups, cards, items
from schema.directory.accounts import Account
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.directory.items import Item

PAGE = "/cards"


@dataclass(frozen=True, slots=True)
class Belongings:
    """What an account has, as far as its cards are asked about together."""

    account: Account
    cards: tuple[Card, ...]
    groups: Mapping[str, tuple[str, ...]]
    """Their cards, by name."""
    items: tuple[Item, ...]

    @property
    def labels(self) -> Mapping[str, str]:
        """Of items, by their codes."""
        return {item.code: item.label for item in self.items}

    def of_group(self, group: str) -> tuple[Card, ...]:
        """All cards when no group is named."""
        members = self.groups.get(group, ())
        return tuple(card for card in self.cards if not group or card.id in members)


@dataclass(frozen=True, slots=True)
class AskedOfSeveral(Asked):
    name: str
    """Of the account or of the group."""

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(card.zone for card in self.question.cards))


def whose_is_open(reader: Reader, params: Mapping[str, str]) -> bool:
    """Ops have no cards of their own and have not said whose they mean: they choose first."""
    return reader.account is None and not params.get("account")


def account_asked(reader: Reader, params: Mapping[str, str]) -> Account:
    """The reader's own; ops says whose."""
    if reader.account:
        return reader.account
    with reader.site.directory.read() as conn:
        found = accounts.get(conn, params.get("account", ""))
    if found is None:
        raise HTTPException(404)
    return found


def belongings(directory: Directory, account: Account) -> Belongings:
    with directory.read() as conn:
        return Belongings(
            account,
            tuple(cards.of_account(conn, account.id)),
            card_groups.of_account(conn, account.id),
            tuple(items.of_account(conn, account.id)),
        )


def asked_of_several(
    params: Mapping[str, str], group: str, looking: Looking, own: Belongings, place: Place
) -> AskedOfSeveral:
    """Of several todays the latest. There must be a card."""
    some = own.of_group(group)
    view = look(PAGE, params, max(local_day(place.now_ms, card.zone) for card in some))
    view = replace(view, also=(("group", group),))
    words, name = Words(looking.language, own.labels), group or own.account.name
    return AskedOfSeveral(view, question_of(some, view, place), looking.sections, words, name)
