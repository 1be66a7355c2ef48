"""The whole table, the routes that exist, and who sees whose cards."""

from itertools import product

import pytest

from dashboard.access import ASKERS, RULES, Decision, decide, sees_account
from dashboard.api.operations import OPERATIONS
from dashboard.app import ROUTES
from schema.tiers import TIERS

ALLOW, SIGN_IN, REFUSE = Decision.ALLOW, Decision.SIGN_IN, Decision.REFUSE

# Written out apart from the code: route by route, what each asker gets whatever the tier.
EXPECTED = {
    #               signed out, owner, viewer, ops
    "home": (ALLOW, ALLOW, ALLOW, ALLOW),
    "login": (ALLOW, ALLOW, ALLOW, ALLOW),
    "sign_in": (ALLOW, ALLOW, ALLOW, ALLOW),
    "sign_out": (ALLOW, ALLOW, ALLOW, ALLOW),
    "definitions": (ALLOW, ALLOW, ALLOW, ALLOW),
    "static": (ALLOW, ALLOW, ALLOW, ALLOW),
    "design": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "card": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "figures": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "install": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "install_check": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "sso": (ALLOW, ALLOW, ALLOW, ALLOW),
    "code": (ALLOW, ALLOW, ALLOW, ALLOW),
    "reset": (ALLOW, ALLOW, ALLOW, ALLOW),
    "reset_send": (ALLOW, ALLOW, ALLOW, ALLOW),
    "reset_choose": (ALLOW, ALLOW, ALLOW, ALLOW),
    "reset_change": (ALLOW, ALLOW, ALLOW, ALLOW),
    "invited": (ALLOW, ALLOW, ALLOW, ALLOW),
    "invited_accept": (ALLOW, ALLOW, ALLOW, ALLOW),
    "you": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "you_password": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "you_codes": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "you_codes_on": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "you_codes_spare": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "you_codes_off": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "you_sessions": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "you_language": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "account": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "account_change": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "account_export": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "account_delete": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "team": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "team_invite": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "team_remove": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "team_withdraw": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "keys": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "key_create": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "key_delete": (SIGN_IN, ALLOW, REFUSE, REFUSE),
    "exports": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "export_job": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "export_take": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "items": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "item_create": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "item_revoke": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "item_svg": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "item_png": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "card_settings": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "own": (SIGN_IN, ALLOW, ALLOW, ALLOW),
    "share": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "share_create": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "share_revoke": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "shared": (ALLOW, ALLOW, ALLOW, ALLOW),
    "shared_enter": (ALLOW, ALLOW, ALLOW, ALLOW),
    "alerts_off": (ALLOW, ALLOW, ALLOW, ALLOW),
    "alerts_turn_off": (ALLOW, ALLOW, ALLOW, ALLOW),
    "shared_frame": (ALLOW, ALLOW, ALLOW, ALLOW),
    "ops": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_accounts": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_account_change": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_account_create": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_account": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_card_create": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_user_create": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_codes_off": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_rules": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_rule_restore": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_rule_withdraw": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_backfill": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_backfill_ask": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_backfill_confirm": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_backfill_leave": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_quarantine": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "ops_trail": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "card_change": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    # A key of an account asks as its owner; nobody asks the API as a viewer.
    "api_account_create": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "api_accounts": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "api_account": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_account_change": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "api_account_delete": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "api_sso": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "api_card_create": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "api_cards": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_card": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_card_change": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_card_delete": (SIGN_IN, REFUSE, REFUSE, ALLOW),
    "api_export_job": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_export_file": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_item_create": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_items": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_item": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_item_revoke": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_item_qr_svg": (SIGN_IN, ALLOW, REFUSE, ALLOW),
    "api_item_qr_png": (SIGN_IN, ALLOW, REFUSE, ALLOW),
}


# Pages that not every tier has: the first that has them, and who besides the owner.
PAGES = {
    "live": ("force_de_vente", ALLOW, ALLOW),
    "note": ("premium", REFUSE, REFUSE),
    "note_delete": ("premium", REFUSE, REFUSE),
    "together": ("multi_cartes", ALLOW, ALLOW),
    "groups": ("multi_cartes", REFUSE, REFUSE),
    "alerts": ("force_de_vente", REFUSE, REFUSE),
    "alerts_choose": ("force_de_vente", REFUSE, REFUSE),
}


@pytest.mark.parametrize(("route", "tier"), list(product(PAGES, TIERS)))
def test_pages_are_for_those_whose_tier_has_them(route, tier):
    first, viewer, ops = PAGES[route]
    included = TIERS.index(tier) >= TIERS.index(first)
    own = (ALLOW, viewer) if included else (REFUSE, REFUSE)
    assert tuple(decide(asker, tier, route) for asker in ASKERS) == (SIGN_IN, *own, ops)


# Files: the tiers whose owners and viewers may take them away.
FILES = {
    "export_csv": ("premium", "force_de_vente", "multi_cartes"),
    "export_pdf": ("premium", "force_de_vente", "multi_cartes"),
    "export_xlsx": ("multi_cartes",),
    "export_cards_csv": ("multi_cartes",),
    "export_cards_pdf": ("multi_cartes",),
    "export_cards_xlsx": ("multi_cartes",),
}


@pytest.mark.parametrize(("route", "tier"), list(product(FILES, TIERS)))
def test_files_are_for_those_whose_tier_has_them(route, tier):
    own = ALLOW if tier in FILES[route] else REFUSE
    assert tuple(decide(asker, tier, route) for asker in ASKERS) == (SIGN_IN, own, own, ALLOW)


# Figures and files for programs: the first tier whose key may ask for them.
API_FIGURES = {
    "api_card_stats": "essentiel",
    "api_card_series": "premium",
    "api_card_breakdown": "essentiel",
    "api_card_live": "force_de_vente",
    "api_account_stats": "multi_cartes",
    "api_account_series": "multi_cartes",
    "api_account_breakdown": "multi_cartes",
    "api_account_cross": "multi_cartes",
    "api_account_export_csv": "multi_cartes",
    "api_account_export_pdf": "multi_cartes",
    "api_account_export_xlsx": "multi_cartes",
    "api_export_csv": "premium",
    "api_export_pdf": "premium",
    "api_export_xlsx": "multi_cartes",
}


@pytest.mark.parametrize(("route", "tier"), list(product(API_FIGURES, TIERS)))
def test_figures_for_programs_are_for_keys_whose_tier_has_them(route, tier):
    own = ALLOW if TIERS.index(tier) >= TIERS.index(API_FIGURES[route]) else REFUSE
    assert tuple(decide(asker, tier, route) for asker in ASKERS) == (SIGN_IN, own, REFUSE, ALLOW)


@pytest.mark.parametrize(("route", "tier"), list(product(EXPECTED, TIERS)))
def test_every_role_gets_on_every_route_and_tier_what_the_table_says(route, tier):
    assert tuple(decide(asker, tier, route) for asker in ASKERS) == EXPECTED[route]


def test_every_route_that_exists_has_a_rule_and_an_expectation():
    names = {route.name for route in ROUTES} | {each.route for each in OPERATIONS}
    assert names == {rule.route for rule in RULES} == {*EXPECTED, *PAGES, *FILES, *API_FIGURES}


@pytest.mark.parametrize("asker", ASKERS)
def test_a_route_without_a_rule_is_refused_to_everyone(asker):
    assert decide(asker, "multi_cartes", "a_route_that_was_forgotten") is REFUSE


def test_without_a_tier_only_ops_sees_figures():
    assert decide("owner", None, "card") is REFUSE
    assert decide("ops", None, "card") is ALLOW


def test_owners_and_viewers_see_their_own_account_and_ops_sees_all():
    for role in ("owner", "viewer"):
        assert sees_account(role, "a1", "a1")
        assert not sees_account(role, "a1", "a2")
        assert not sees_account(role, None, "a2")
    assert sees_account("ops", None, "a2")
