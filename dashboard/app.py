"""The owner's pages, all of them, in one list."""

import os
from collections.abc import Iterable
from pathlib import Path

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from collector.visitors import Networks
from dashboard.api.app import api
from dashboard.attempts import Attempts
from dashboard.exports.exporter import Exporter, Sources
from dashboard.gate import FILES, card_form, card_page, card_stream, form, page
from dashboard.live import Board
from dashboard.packing import Packing
from dashboard.pages import (
    account,
    alerts,
    card,
    card_settings,
    code,
    definitions,
    design,
    errors,
    export,
    export_job,
    home,
    install,
    invited,
    items,
    keys,
    live,
    login,
    logout,
    notes,
    own,
    reset,
    share,
    shared,
    sso,
    team,
    together,
    you,
)
from dashboard.pages.ops import account as ops_account
from dashboard.pages.ops import accounts as ops_accounts
from dashboard.pages.ops import backfill, health, rules, trail
from dashboard.rendering import Assets, renderers
from dashboard.security import SecureHeaders
from dashboard.site import DemoLogin, Site
from schema.clock import Clock
from schema.directory.database import Directory
from schema.mail import PostOffice, sender_of
from schema.store import EventStore

# The names are those of the table in dashboard/access.py, which says who may open which.
ROUTES: tuple[BaseRoute, ...] = (
    page("/", "home", home.show),
    page("/login", "login", login.show),
    form("/login", "sign_in", login.sign_in),
    form("/logout", "sign_out", logout.sign_out),
    form("/login/code", "code", code.enter),
    page("/sso/{token}", "sso", sso.enter),
    page("/reset", "reset", reset.show),
    form("/reset", "reset_send", reset.send),
    page("/reset/{token}", "reset_choose", reset.choose),
    form("/reset/{token}", "reset_change", reset.change),
    page("/you", "you", you.show),
    form("/you/password", "you_password", you.change_password),
    page("/you/codes", "you_codes", you.begin_codes),
    form("/you/codes", "you_codes_on", you.turn_codes_on),
    form("/you/codes/spare", "you_codes_spare", you.renew_spare_codes),
    form("/you/codes/off", "you_codes_off", you.turn_codes_off),
    form("/you/sessions", "you_sessions", you.end_session),
    form("/you/language", "you_language", you.change_language),
    page("/account", "account", account.show),
    form("/account", "account_change", account.change),
    page("/account/export.zip", "account_export", account.export, FILES),
    form("/account/delete", "account_delete", account.delete),
    page("/team", "team", team.show),
    form("/team", "team_invite", team.invite),
    form("/team/remove", "team_remove", team.remove),
    form("/team/withdraw", "team_withdraw", team.withdraw),
    page("/invitation/{token}", "invited", invited.show),
    form("/invitation/{token}", "invited_accept", invited.accept),
    page("/keys", "keys", keys.show),
    form("/keys", "key_create", keys.create),
    form("/keys/delete", "key_delete", keys.delete),
    page("/definitions", "definitions", definitions.show),
    page("/ops", "ops", health.show),
    page("/ops/accounts", "ops_accounts", ops_accounts.show),
    form("/ops/accounts", "ops_account_change", ops_accounts.change),
    form("/ops/accounts/new", "ops_account_create", ops_accounts.create),
    page("/ops/accounts/{account}", "ops_account", ops_account.show),
    form("/ops/accounts/{account}/cards", "ops_card_create", ops_account.create_card),
    form("/ops/accounts/{account}/users", "ops_user_create", ops_account.create_user),
    form("/ops/accounts/{account}/codes/off", "ops_codes_off", ops_account.turn_codes_off),
    page("/ops/rules", "ops_rules", rules.show),
    form("/ops/rules", "ops_rule_restore", rules.restore),
    form("/ops/rules/withdraw", "ops_rule_withdraw", rules.withdraw),
    page("/ops/backfill", "ops_backfill", backfill.show),
    form("/ops/backfill", "ops_backfill_ask", backfill.ask),
    form("/ops/backfill/confirm", "ops_backfill_confirm", backfill.confirm),
    form("/ops/backfill/leave", "ops_backfill_leave", backfill.leave),
    page("/ops/quarantine", "ops_quarantine", trail.quarantine),
    page("/ops/trail", "ops_trail", trail.show),
    page("/s/{token}", "shared", shared.show),
    form("/s/{token}", "shared_enter", shared.enter),
    page("/s/{token}/frame", "shared_frame", shared.framed),
    page("/design", "design", design.show),
    page("/cards", "together", together.show),
    form("/cards/groups", "groups", together.group, together.FIELDS_MAX),
    page("/cards/export.csv", "export_cards_csv", export.of_several("csv"), FILES),
    page("/cards/export.pdf", "export_cards_pdf", export.of_several("pdf"), FILES),
    page("/cards/export.xlsx", "export_cards_xlsx", export.of_several("xlsx"), FILES),
    page("/exports", "exports", export_job.every),
    page("/exports/{export}", "export_job", export_job.show),
    page("/exports/{export}/file", "export_take", export_job.take),
    card_page("/cards/{card}", "card", card.show),
    card_page("/cards/{card}/figures", "figures", card.figures),
    card_stream("/cards/{card}/live", "live", live.listen),
    card_form("/cards/{card}/notes", "note", notes.write),
    card_form("/cards/{card}/notes/delete", "note_delete", notes.delete),
    card_page("/cards/{card}/export.csv", "export_csv", export.of_card("csv")),
    card_page("/cards/{card}/export.pdf", "export_pdf", export.of_card("pdf"), FILES),
    card_page("/cards/{card}/export.xlsx", "export_xlsx", export.of_card("xlsx"), FILES),
    card_page("/cards/{card}/items", "items", items.show),
    card_form("/cards/{card}/items", "item_create", items.create),
    card_form("/cards/{card}/items/revoke", "item_revoke", items.revoke),
    card_page("/cards/{card}/items/{code}/qr.svg", "item_svg", items.svg),
    card_page("/cards/{card}/items/{code}/qr.png", "item_png", items.png),
    card_page("/cards/{card}/share", "share", share.show),
    card_form("/cards/{card}/share", "share_create", share.create),
    card_form("/cards/{card}/share/revoke", "share_revoke", share.revoke),
    card_page("/cards/{card}/alerts", "alerts", alerts.show),
    card_form("/cards/{card}/alerts", "alerts_choose", alerts.choose),
    page("/alerts/off/{token}", "alerts_off", alerts.ask_off),
    form("/alerts/off/{token}", "alerts_turn_off", alerts.turn_off),
    card_page("/cards/{card}/own", "own", own.show),
    card_page("/cards/{card}/settings", "card_settings", card_settings.show),
    card_form("/cards/{card}/settings", "card_change", card_settings.change),
    card_page("/cards/{card}/install", "install", install.show),
    card_page("/cards/{card}/install/check", "install_check", install.check),
    Mount("/static", Assets(), name="static"),
)

FORMS_AT_ONCE_MAX = 4
PAGES_AT_ONCE_MAX = 4 * (os.cpu_count() or 1)
"""So many that there are some to read for together (`schema/store/together.py`)."""
FILES_AT_ONCE_MAX = 1


def build(
    *,
    directory: Directory,
    store: EventStore,
    clock: Clock,
    origin: str,
    spool: Path,
    exports: Path,
    demo_logins: Iterable[DemoLogin] = (),
    mail_server: str = "",
    datacentres: Path | None = None,
    trusted_proxies: Networks = (),
) -> Starlette:
    known = renderers()
    made_of = Sources(store, directory, clock, lambda code: known[code].language)
    site = Site(
        directory=directory,
        store=store,
        clock=clock,
        origin=origin,
        renderers=known,
        attempts=Attempts(),
        pages_at_once=CapacityLimiter(PAGES_AT_ONCE_MAX),
        files_at_once=CapacityLimiter(FILES_AT_ONCE_MAX),
        forms_at_once=CapacityLimiter(FORMS_AT_ONCE_MAX),
        demo_logins=tuple(demo_logins),
        board=Board(store, clock),
        exporter=Exporter(made_of, exports),
        post=PostOffice(mail_server, sender_of(origin)),
        spool=spool,
        datacentres=datacentres,
        trusted_proxies=trusted_proxies,
    )
    app = Starlette(
        routes=[*ROUTES, Mount("/api", api(site))],
        middleware=[Middleware(SecureHeaders), Middleware(Packing)],
        exception_handlers=errors.HANDLERS,
    )
    # A redirect to the other spelling would lead wherever the request's Host header says.
    app.router.redirect_slashes = False
    app.state.site = site
    return app
