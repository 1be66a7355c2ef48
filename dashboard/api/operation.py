"""One operation of the API: what it is called, what it takes, what it gives, who does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, Struct, structs
from sqlalchemy.engine import Connection
from starlette.requests import Request

from dashboard.site import EVERY_SECTION, Site
from schema.directory import audit
from schema.directory.accounts import Account
from schema.directory.cards import Card
from schema.directory.export_jobs import ExportJob
from schema.directory.keys import Key
from schema.directory.users import Role
from schema.tiers import Section, sections


@dataclass(frozen=True, slots=True)
class About:
    """What the path names, looked up; the account of a card comes with it."""

    account: Account | None
    card: Card | None
    job: ExportJob | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in."""

    site: Site
    request: Request
    key: Key
    path: Mapping[str, str]
    about: About
    query: Any
    body: Any

    @property
    def account(self) -> Account:
        if self.about.account is None:
            raise LookupError("The path of this operation names no account.")
        return self.about.account

    @property
    def card(self) -> Card:
        if self.about.card is None:
            raise LookupError("The path of this operation names no card.")
        return self.about.card

    @property
    def role(self) -> Role:
        """A key acts with the rights of the people it was made for."""
        return "ops" if self.key.scope == "ops" else "owner"

    @property
    def sections(self) -> frozenset[Section]:
        """What the answer may hold; ops sees every card with everything."""
        return EVERY_SECTION if self.key.scope == "ops" else sections(self.account.tier)

    @property
    def given(self) -> dict[str, Any]:
        """The fields of the body that were sent."""
        sent = structs.asdict(self.body)
        return {name: value for name, value in sent.items() if value is not UNSET}

    def record(self, conn: Connection, action: str, subject: str) -> None:
        """A line in the audit trail, in the transaction of what it tells."""
        audit.record(
            conn,
            actor=f"key:{self.key.id}",
            action=action,
            subject=subject,
            now_ms=self.site.clock(),
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """Another answer than the usual one of its operation."""

    status: int
    body: Struct
    headers: Mapping[str, str]


Do = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    name: str
    """Its id in OpenAPI, and with `api_` before it the route in the table of access."""
    summary: str
    do: Do
    answer: Any = None
    """The type of the answer's body; None: no body, or the media types beside it."""
    body: type[Struct] | None = None
    query: type[Struct] | None = None
    status: int = 200
    media: tuple[str, ...] = ("application/json",)
    later: type[Struct] | None = None
    """The body of a 202: where to look for what takes long."""

    @property
    def route(self) -> str:
        return f"api_{self.name}"

    @property
    def makes_a_file(self) -> bool:
        return "/export." in self.path
