"""The bodies of the API: what may be sent, what is answered. OpenAPI is made from these types."""

from datetime import UTC, datetime
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from dashboard.qr import BLACK, Level, Look
from schema.directory.accounts import Account
from schema.directory.cards import Card
from schema.directory.export_jobs import ExportJob
from schema.directory.items import Item
from schema.items import short_link
from schema.tiers import Tier
from schema.wire import MEDIA

PAGE_MAX = 200

Locale = Literal["fr", "en"]
Medium = Literal[MEDIA]  # type: ignore[valid-type]
T = TypeVar("T")


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """What a caller sends: a name we do not know is a slip, and is told."""


class NewAccount(Given, frozen=True):
    name: str
    tier: Tier
    locale: Locale = "fr"


class AccountChange(Given, frozen=True):
    name: str | UnsetType = UNSET
    tier: Tier | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET


class NewCard(Given, frozen=True):
    name: str
    url: str
    timezone: str
    """IANA name, such as Indian/Reunion: the card's days begin and end there."""
    origins: list[str] = []
    """Sites that may send for the card; else the site of its address."""


class CardChange(Given, frozen=True):
    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    origins: list[str] | UnsetType = UNSET


class NewItem(Given, frozen=True):
    medium: Medium
    label: str


class SsoRequest(Given, frozen=True):
    email: str
    """Of the user to let in; they must belong to the account."""


class PageQuery(Given, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = 50
    after: str = ""
    """`next` of the page before."""


class QrQuery(Given, frozen=True):
    colour: str = BLACK
    """Of the dark parts, such as #0f766e."""
    level: Level = "m"
    """How much of the code may be damaged: l, m, q, h for about 7, 15, 25, 30 in a hundred."""
    logo: bool = False
    """Leaves the middle white; needs the level h."""

    @property
    def look(self) -> Look:
        return Look(self.colour, self.level, self.logo)


class AccountShape(Struct, frozen=True):
    id: str
    name: str
    tier: Tier
    locale: str
    created: str

    @classmethod
    def of(cls, account: Account) -> "AccountShape":
        return cls(account.id, account.name, account.tier, account.locale, iso(account.created_ms))


class CardShape(Struct, frozen=True):
    id: str
    account: str
    name: str
    url: str
    timezone: str
    origins: list[str]
    created: str

    @classmethod
    def of(cls, card: Card) -> "CardShape":
        return cls(
            card.id,
            card.account,
            card.name,
            card.url,
            card.zone,
            list(card.origins),
            iso(card.created_ms),
        )


class QrLinks(Struct, frozen=True):
    svg: str
    png: str


class ItemShape(Struct, frozen=True):
    code: str
    card: str
    medium: str
    label: str
    link: str
    """What is printed: it follows the card wherever it goes."""
    qr: QrLinks
    created: str
    revoked: str | None

    @classmethod
    def of(cls, item: Item, origin: str) -> "ItemShape":
        picture = f"{origin}/api/v1/cards/{item.card}/items/{item.code}/qr"
        return cls(
            item.code,
            item.card,
            item.medium,
            item.label,
            short_link(origin, item.code),
            QrLinks(f"{picture}.svg", f"{picture}.png"),
            iso(item.created_ms),
            None if item.revoked_ms is None else iso(item.revoked_ms),
        )


class ExportShape(Struct, frozen=True):
    """A file that takes long."""

    id: str
    state: Literal["waiting", "working", "done", "failed"]
    part: float
    """How much of it is done, from 0 to 1."""
    kind: str
    url: str
    """Where to look again."""
    file: str | None
    """Where the file is, once it is done."""
    error: Literal["", "failed", "large", "nothing"]
    """Why there will be none: it went wrong, it is too large, there is nothing to show."""
    asked: str
    expires: str

    @classmethod
    def of(cls, job: ExportJob, origin: str) -> "ExportShape":
        url = f"{origin}/api/v1/exports/{job.id}"
        return cls(
            job.id,
            _state(job),
            job.part,
            job.kind,
            url,
            f"{url}/file" if job.is_done else None,
            job.error,
            iso(job.asked_ms),
            iso(job.expires_ms),
        )


def _state(job: ExportJob) -> Literal["waiting", "working", "done", "failed"]:
    if job.finished_ms is not None:
        return "failed" if job.error else "done"
    return "working" if job.tries else "waiting"


class SsoLink(Struct, frozen=True):
    url: str
    """Lets the user in once."""
    expires: str


class Listed(Struct, Generic[T], frozen=True):
    items: list[T]
    next: str | None
    """To be sent as `after` for the next page; null on the last."""


class ProblemShape(Struct, frozen=True):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    tier: Tier | UnsetType = UNSET
    """The first tier that includes what was asked for."""


def iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
