"""Accounts, for the site that sells them."""

from dashboard.api.operation import Call
from dashboard.api.pages import listed
from dashboard.api.shapes import AccountShape, Listed
from schema.directory import accounts


def create(call: Call) -> AccountShape:
    with call.site.directory.write() as conn:
        account = accounts.create(conn, **call.given, now_ms=call.site.clock())
        call.record(conn, "account.create", account.id)
    return AccountShape.of(account)


def every(call: Call) -> Listed[AccountShape]:
    with call.site.directory.read() as conn:
        found = accounts.every(conn)
    return listed(call.query, {each.id: AccountShape.of(each) for each in found})


def show(call: Call) -> AccountShape:
    return AccountShape.of(call.account)


def change(call: Call) -> AccountShape:
    with call.site.directory.write() as conn:
        account = accounts.change(conn, call.account.id, **call.given)
        call.record(conn, "account.change", account.id)
    return AccountShape.of(account)


def delete(call: Call) -> None:
    with call.site.directory.write() as conn:
        accounts.delete(conn, call.account.id)
        call.record(conn, "account.delete", call.account.id)
