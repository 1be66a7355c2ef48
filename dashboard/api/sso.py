"""Single sign-on: the site that sells the cards lets its customer in, with a link good for once."""

from dashboard.api.operation import Call
from dashboard.api.shapes import SsoLink, iso
from schema.directory import tickets, users
from schema.directory.tickets import LIFETIME_MS
from schema.errors import BadInput


def link(call: Call) -> SsoLink:
    now_ms = call.site.clock()
    with call.site.directory.write() as conn:
        user = users.by_email(conn, call.body.email)
        if user is None or user.account != call.account.id:
            raise BadInput(
                f"No user of this account has the address {call.body.email!r} - at `$.email`"
            )
        token = tickets.issue(conn, user=user.id, purpose="sso", now_ms=now_ms)
        call.record(conn, "sso.issue", user.id)
    return SsoLink(f"{call.site.origin}/sso/{token}", iso(now_ms + LIFETIME_MS["sso"]))
