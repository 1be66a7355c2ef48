"""What every page works with, and what the gate found out about who is asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from anyio import CapacityLimiter
from sqlalchemy.engine import Connection

from collector.visitors import Networks
from dashboard.access import Asker
from dashboard.attempts import Attempts
from dashboard.languages import Language
from dashboard.live import Board
from dashboard.rendering import Renderer
from schema.clock import Clock
from schema.directory import audit
from schema.directory.accounts import Account
from schema.directory.database import Directory
from schema.directory.users import User
from schema.mail import PostOffice
from schema.store import EventStore
from schema.tiers import TIERS, Section, Tier, sections

if TYPE_CHECKING:
    from dashboard.exports.exporter import Exporter

SESSION_COOKIE = "balise_session"
EVERY_SECTION = sections(TIERS[-1])


class DemoLogin(NamedTuple):
    """A login that the sign-in page of a demo offers as one button."""

    email: str
    password: str
    label: str


@dataclass(frozen=True, slots=True)
class Site:
    directory: Directory
    store: EventStore
    clock: Clock
    origin: str
    renderers: Mapping[str, Renderer]
    """One per language."""
    attempts: Attempts
    pages_at_once: CapacityLimiter
    """Each keeps a processor busy; see `dashboard/gate.py`."""
    files_at_once: CapacityLimiter
    """Files that somebody waits for, one after the other: each takes as long as many pages."""
    forms_at_once: CapacityLimiter
    """Checking a password takes memory and a core on purpose: few at the same time."""
    demo_logins: tuple[DemoLogin, ...]
    board: Board
    """The visits of now."""
    exporter: "Exporter"
    """Makes the files that take long."""
    post: PostOffice
    spool: Path
    """The folder of what is acknowledged and not yet stored, for the pages of ops."""
    datacentres: Path | None
    """The list of data centres' networks, for what ops restore."""
    trusted_proxies: Networks
    """Whose word about the reader's address is taken, for the limits on signing in."""

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def session_cookie(self) -> str:
        """Under this prefix no neighbour of our host can put a session of theirs into a browser."""
        return f"__Host-{SESSION_COOKIE}" if self.is_secure else SESSION_COOKIE


@dataclass(frozen=True, slots=True)
class Reader:
    site: Site
    user: User | None
    account: Account | None
    """The user's own; ops has none."""
    renderer: Renderer
    """In the reader's language."""
    form: Mapping[str, str]
    """What was typed, when the request is a form."""

    @property
    def role(self) -> Asker:
        return self.user.role if self.user else "signed_out"

    @property
    def language(self) -> Language:
        return self.renderer.language

    @property
    def someone(self) -> User:
        """For pages that the table of access opens only to who is signed in."""
        if self.user is None:
            raise LookupError("Nobody is signed in.")
        return self.user

    def record(self, conn: Connection, action: str, subject: str) -> None:
        """A line in the audit trail, in the transaction of what it tells."""
        audit.record(
            conn,
            actor=f"user:{self.someone.id}",
            action=action,
            subject=subject,
            now_ms=self.site.clock(),
        )

    @property
    def tier(self) -> Tier | None:
        return self.account.tier if self.account else None

    @property
    def sections(self) -> frozenset[Section]:
        """What the reader's pages include; ops looks at every card with everything."""
        if self.role == "ops":
            return EVERY_SECTION
        return sections(self.tier) if self.tier else frozenset()
