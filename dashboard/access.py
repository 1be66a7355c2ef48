"""Who may see what: one table of routes, one pure decision, and no is the default.

A route that is not in the table is refused to everyone. Whose card it is comes before this table:
`sees_account` is asked first, and a card of another account is as unknown as one that never was.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from schema.directory.users import ROLES, Role
from schema.tiers import CATALOGUE, TIERS, Section, Tier, sections

Asker = Role | Literal["signed_out"]

ASKERS: tuple[Asker, ...] = ("signed_out", *ROLES)
ANYONE = frozenset(ASKERS)
SIGNED_IN: frozenset[Asker] = frozenset(ROLES)
OWNERS: frozenset[Asker] = frozenset(("owner",))
OPS: frozenset[Asker] = frozenset(("ops",))
HOLDERS: frozenset[Asker] = frozenset(("ops", "owner"))
"""A key of an account has the rights of its owner."""


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
    format: str | None = None
    """The kind of file that the tier must include."""


RULES: tuple[Rule, ...] = (
    Rule("home", ANYONE),
    Rule("login", ANYONE),
    Rule("sign_in", ANYONE),
    Rule("sign_out", ANYONE),
    Rule("definitions", ANYONE),
    Rule("static", ANYONE),
    Rule("sso", ANYONE),
    Rule("code", ANYONE),
    Rule("reset", ANYONE),
    Rule("reset_send", ANYONE),
    Rule("reset_choose", ANYONE),
    Rule("reset_change", ANYONE),
    Rule("invited", ANYONE),
    Rule("invited_accept", ANYONE),
    Rule("you", SIGNED_IN),
    Rule("you_password", SIGNED_IN),
    Rule("you_codes", SIGNED_IN),
    Rule("you_codes_on", SIGNED_IN),
    Rule("you_codes_spare", SIGNED_IN),
    Rule("you_codes_off", SIGNED_IN),
    Rule("you_sessions", SIGNED_IN),
    Rule("you_language", SIGNED_IN),
    Rule("account", OWNERS),
    Rule("account_change", OWNERS),
    Rule("account_export", OWNERS),
    Rule("account_delete", OWNERS),
    Rule("team", OWNERS),
    Rule("team_invite", OWNERS),
    Rule("team_remove", OWNERS),
    Rule("team_withdraw", OWNERS),
    Rule("keys", OWNERS),
    Rule("key_create", OWNERS),
    Rule("key_delete", OWNERS),
    Rule("design", OPS),
    Rule("ops", OPS),
    Rule("ops_accounts", OPS),
    Rule("ops_account_change", OPS),
    Rule("ops_account_create", OPS),
    Rule("ops_account", OPS),
    Rule("ops_card_create", OPS),
    Rule("ops_user_create", OPS),
    Rule("ops_codes_off", OPS),
    Rule("ops_rules", OPS),
    Rule("ops_rule_restore", OPS),
    Rule("ops_rule_withdraw", OPS),
    Rule("ops_backfill", OPS),
    Rule("ops_backfill_ask", OPS),
    Rule("ops_backfill_confirm", OPS),
    Rule("ops_backfill_leave", OPS),
    Rule("ops_quarantine", OPS),
    Rule("ops_trail", OPS),
    # What a guest sees is as much as the account of the card has bought (`pages/shared.py`).
    Rule("shared", ANYONE),
    Rule("shared_enter", ANYONE),
    Rule("shared_frame", ANYONE),
    Rule("card", SIGNED_IN, "essentiel"),
    Rule("figures", SIGNED_IN, "essentiel"),
    Rule("live", SIGNED_IN, "complete"),
    Rule("note", OWNERS, "trends"),
    Rule("note_delete", OWNERS, "trends"),
    Rule("together", SIGNED_IN, "consolidated"),
    Rule("groups", OWNERS, "consolidated"),
    Rule("export_cards_csv", SIGNED_IN, "consolidated", "csv"),
    Rule("export_cards_pdf", SIGNED_IN, "consolidated", "pdf"),
    Rule("export_cards_xlsx", SIGNED_IN, "consolidated", "xlsx"),
    Rule("export_csv", SIGNED_IN, "trends", "csv"),
    Rule("export_pdf", SIGNED_IN, "trends", "pdf"),
    Rule("export_xlsx", SIGNED_IN, "trends", "xlsx"),
    # Whose file it is, and whether it may still be taken, is asked in `pages/export_job.py`.
    Rule("exports", SIGNED_IN),
    Rule("export_job", SIGNED_IN),
    Rule("export_take", SIGNED_IN),
    Rule("items", SIGNED_IN, "essentiel"),
    Rule("item_create", HOLDERS, "essentiel"),
    Rule("item_revoke", HOLDERS, "essentiel"),
    Rule("item_svg", SIGNED_IN, "essentiel"),
    Rule("item_png", SIGNED_IN, "essentiel"),
    Rule("share", HOLDERS, "essentiel"),
    Rule("share_create", HOLDERS, "essentiel"),
    Rule("share_revoke", HOLDERS, "essentiel"),
    # A mail is about one's own card, so nobody else is asked; the way out of it is in the mail.
    Rule("alerts", OWNERS, "complete"),
    Rule("alerts_choose", OWNERS, "complete"),
    Rule("alerts_off", ANYONE),
    Rule("alerts_turn_off", ANYONE),
    Rule("own", SIGNED_IN, "essentiel"),
    Rule("card_settings", HOLDERS, "essentiel"),
    Rule("card_change", HOLDERS, "essentiel"),
    Rule("install", SIGNED_IN, "essentiel"),
    Rule("install_check", SIGNED_IN, "essentiel"),
    Rule("api_account_create", OPS),
    Rule("api_accounts", OPS),
    Rule("api_account", HOLDERS),
    Rule("api_account_change", OPS),
    Rule("api_account_delete", OPS),
    Rule("api_sso", OPS),
    Rule("api_card_create", OPS),
    Rule("api_cards", HOLDERS),
    Rule("api_card", HOLDERS),
    Rule("api_card_change", HOLDERS),
    Rule("api_card_delete", OPS),
    Rule("api_item_create", HOLDERS),
    Rule("api_items", HOLDERS),
    Rule("api_item", HOLDERS),
    Rule("api_item_revoke", HOLDERS),
    Rule("api_item_qr_svg", HOLDERS),
    Rule("api_item_qr_png", HOLDERS),
    # What a question is about is asked once more where it is answered (`dashboard/api/figures.py`).
    Rule("api_card_stats", HOLDERS, "essentiel"),
    Rule("api_card_series", HOLDERS, "trends"),
    Rule("api_card_breakdown", HOLDERS, "essentiel"),
    Rule("api_card_live", HOLDERS, "complete"),
    Rule("api_account_stats", HOLDERS, "consolidated"),
    Rule("api_account_series", HOLDERS, "consolidated"),
    Rule("api_account_breakdown", HOLDERS, "consolidated"),
    Rule("api_account_cross", HOLDERS, "consolidated"),
    Rule("api_account_export_csv", HOLDERS, "consolidated", "csv"),
    Rule("api_account_export_pdf", HOLDERS, "consolidated", "pdf"),
    Rule("api_account_export_xlsx", HOLDERS, "consolidated", "xlsx"),
    Rule("api_export_job", HOLDERS),
    Rule("api_export_file", HOLDERS),
    Rule("api_export_csv", HOLDERS, "trends", "csv"),
    Rule("api_export_pdf", HOLDERS, "trends", "pdf"),
    Rule("api_export_xlsx", HOLDERS, "trends", "xlsx"),
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
    included = tier is not None and _includes(tier, rule)
    return Decision.ALLOW if included else Decision.REFUSE


def _includes(tier: Tier, rule: Rule) -> bool:
    has_section = rule.section is None or rule.section in sections(tier)
    return has_section and (rule.format is None or rule.format in CATALOGUE[tier].exports)


def first_tier(route: str) -> Tier | None:
    """The first tier that includes a route, where the tier matters at all."""
    rule = _BY_ROUTE.get(route)
    if rule is None or rule.section is None:
        return None
    return next((tier for tier in TIERS if _includes(tier, rule)), None)


def sees_account(role: Role, own_account: str | None, account: str) -> bool:
    """Ops sees every account; everyone else exactly their own."""
    return role == "ops" or (own_account is not None and own_account == account)
