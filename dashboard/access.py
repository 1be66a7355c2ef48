"""Who may see what: one table of routes, one pure decision, and no is the default.

A route that is not in the table is refused to everyone. Whose card it is comes before this table:
`sees_account` is asked first, and a card of another account is as unknown as one that never was.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from schema.directory.users import ROLES, Role
from schema.tiers import Section, Tier, sections

Asker = Role | Literal["signed_out"]

ASKERS: tuple[Asker, ...] = ("signed_out", *ROLES)
ANYONE = frozenset(ASKERS)
SIGNED_IN: frozenset[Asker] = frozenset(ROLES)


class Decision(Enum):
    ALLOW = auto()
    SIGN_IN = auto()
    REFUSE = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    route: str
    askers: frozenset[Asker]
    section: Section | None = None
    """What the tier of the asker's account must include; None: every tier."""


RULES: tuple[Rule, ...] = (
    Rule("home", ANYONE),
    Rule("login", ANYONE),
    Rule("sign_in", ANYONE),
    Rule("sign_out", ANYONE),
    Rule("definitions", ANYONE),
    Rule("static", ANYONE),
    Rule("design", frozenset(("ops",))),
    Rule("card", SIGNED_IN, "essentiel"),
    Rule("figures", SIGNED_IN, "essentiel"),
    Rule("install", SIGNED_IN, "essentiel"),
    Rule("install_check", SIGNED_IN, "essentiel"),
)
_BY_ROUTE = {rule.route: rule for rule in RULES}


def decide(asker: Asker, tier: Tier | None, route: str) -> Decision:
    rule = _BY_ROUTE.get(route)
    if rule is None:
        return Decision.REFUSE
    if asker not in rule.askers:
        return Decision.SIGN_IN if asker == "signed_out" else Decision.REFUSE
    if rule.section is None or asker == "ops":
        return Decision.ALLOW
    included = tier is not None and rule.section in sections(tier)
    return Decision.ALLOW if included else Decision.REFUSE


def sees_account(role: Role, own_account: str | None, account: str) -> bool:
    """Ops sees every account; everyone else exactly their own."""
    return role == "ops" or (own_account is not None and own_account == account)
