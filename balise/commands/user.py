"""`balise user`: people who sign in. A password never stands in the list of processes."""

import sys
from operator import attrgetter

import click
from sqlalchemy.engine import Connection

from balise.commands.context import (
    Context,
    confirm,
    json_option,
    pass_context,
    record,
    table,
    yes_option,
)
from balise.commands.records import Kind, add_delete, add_show
from schema.clock import system_clock
from schema.directory import accounts, totp, users
from schema.directory.checks import LOCALES
from schema.directory.users import ROLES, User
from schema.errors import BadInput
from schema.mail import PostOffice, sender_of


@click.group
def command() -> None:
    """Create, list, show and delete people who sign in, and let them in who lost their device."""


@command.command("create")
@click.option("--email", required=True, help="What they sign in with.")
@click.option("--role", default=ROLES[0], show_default=True, help=f"{', '.join(ROLES)}.")
@click.option("--account", help="The account they see. Nothing for ops, who see them all.")
@click.option("--locale", default=LOCALES[0], show_default=True, help=f"{' or '.join(LOCALES)}.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line typed.")
@json_option
@pass_context
def create(
    context: Context,
    email: str,
    role: str,
    account: str | None,
    locale: str,
    password_stdin: bool,
) -> None:
    """Create a user. The password is asked for, or read from standard input."""
    with context.open_directory_current() as directory:
        password = _password(from_stdin=password_stdin)
        with directory.write() as conn:
            user = users.create(
                conn,
                account=account,
                email=email,
                role=role,
                password=password,
                locale=locale,
                now_ms=system_clock(),
            )
            record(conn, "user.create", user.id)
    context.emit(user, f"User {user.id} created: {user.email} may sign in.")


@command.command("list")
@click.option("--account", help="Only the users of this account.")
@json_option
@pass_context
def list_users(context: Context, account: str | None) -> None:
    """List users by address."""
    with context.open_directory_current() as directory, directory.read() as conn:
        if account is not None and accounts.get(conn, account) is None:
            raise accounts.unknown(account)
        found = [user for user in users.every(conn) if account in (None, user.account)]
    context.emit(found, table(found, none="No user yet; `balise user create` makes one."))


@command.command("codes-off")
@click.argument("id", metavar="USER")
@yes_option
@json_option
@pass_context
def codes_off(context: Context, id: str, yes: bool) -> None:
    """Let a user in with the password alone, by id or by e-mail address: their device is lost, and
    they have no recovery code left. Be sure of who is asking."""
    with context.open_directory_current() as directory:
        with directory.read() as conn:
            found = _wanted(conn, id)
            is_on = totp.secret_of(conn, found.id) is not None
        if not is_on:
            raise BadInput(f"{found.email} signs in with the password alone already.")
        confirm(f"Let {found.email} ({found.id}) in with the password alone?", yes=yes)
        with directory.write() as conn:
            totp.turn_off(conn, found.id)
            record(conn, "codes.off", found.id)
    _tell(context, found)
    context.emit({"codes_off": found.id}, f"{found.email} signs in with the password alone.")


def _tell(context: Context, user: User) -> None:
    """The languages of mails are slow to read: no other command of users waits for them."""
    from dashboard import access_mails
    from dashboard.languages import read_languages

    settings = context.settings()
    post = PostOffice(settings.smtp, sender_of(settings.origin))
    words = read_languages()[user.locale]
    access_mails.send(post, words, settings.origin, user, access_mails.CODES_OFF)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _wanted(conn: Connection, text: str) -> User:
    found = users.get(conn, text) or users.by_email(conn, text)
    if found is None:
        raise users.unknown(text)
    return found


KIND = Kind("user", _wanted, attrgetter("email"), users.delete)
add_show(command, KIND, "Show one user, by id or by e-mail address.")
add_delete(command, KIND, "Delete a user, by id or by e-mail address. They are logged out at once.")
