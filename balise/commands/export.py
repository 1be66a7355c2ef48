"""`balise export`: the figures of the pages, for a range of days, as a file."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

import click
from sqlalchemy.engine import Connection

from balise.commands.context import DAY, Context, json_option, pass_context
from schema.clock import system_clock
from schema.directory.checks import LOCALES
from schema.errors import BadInput, BaliseError, Unavailable

if TYPE_CHECKING:
    from dashboard.asked import AskedOfOne
    from dashboard.asked_of_several import AskedOfSeveral
    from dashboard.exports.csv_file import Style
    from dashboard.exports.document import Report, Subject
    from dashboard.exports.wanted import Kind, Wanted
    from dashboard.figures.read import Place
    from schema.directory.accounts import Account
    from schema.directory.cards import Card

KINDS = ("csv", "pdf", "xlsx")
STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Form:
    """How the file is written."""

    kind: "Kind"
    file: str
    subject: str
    style: str | None
    bom: bool | None


@click.command
@click.option("--card", default="", help="The figures of this card.")
@click.option("--account", default="", help="Or those of all cards of this account, summed.")
@click.option("--group", default="", help="With --account: only the cards of this group.")
@click.option("--from", "first", type=DAY, required=True, help="The first local day: 2026-11-01.")
@click.option("--to", "last", type=DAY, required=True, help="The last local day, itself included.")
@click.option("--out", "file", default=STDOUT, help="The file to write; without it, stdout.")
@click.option(
    "--format", "kind", type=click.Choice(KINDS), help="By default as --out ends, or csv."
)
@click.option("--subject", default="trend", show_default=True, help="Of a CSV file: which table.")
@click.option("--only", multiple=True, metavar="NAME=VALUE", help="A filter, as source=qr.")
@click.option("--interval", default="", help="hour, day, week or month; by default as suits.")
@click.option("--language", type=click.Choice(LOCALES), help="By default that of the account.")
@click.option("--style", type=click.Choice(LOCALES), help="Of a CSV file: whose separators.")
@click.option("--bom/--no-bom", default=None, help="Of a CSV file: mark it as UTF-8 for Excel.")
@click.option("--as-bought", is_flag=True, help="Only what the account's tier includes.")
@json_option
@pass_context
def command(
    context: Context,
    card: str,
    account: str,
    group: str,
    first: date,
    last: date,
    file: str,
    kind: "Kind | None",
    subject: str,
    only: tuple[str, ...],
    interval: str,
    language: str | None,
    style: str | None,
    bom: bool | None,
    as_bought: bool,
) -> None:
    """Write the figures of a card, an account or a group to a file: those of its page.

    The service may run meanwhile. A file that is there is replaced once the new one is whole.
    """
    from dashboard.exports.wanted import Wanted
    from dashboard.figures.read import Place
    from dashboard.languages import read_languages
    from schema.store.opening import reach_store

    days = {"from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}
    params = {**_filters(only), **days, "interval": interval, "group": group}
    form = Form(kind or _kind_of(file), file, subject, style, bom)
    _check_way_out(form, as_json=context.as_json)
    with context.open_directory_current() as directory:
        with directory.read() as conn:
            whose, which = _found(conn, card, account, group)
        read_in = read_languages()[language or whose.locale]
        tier = whose.tier if as_bought else None
        wanted = Wanted(form.kind, whose, which, tier, params, read_in)
        _check_tier(wanted)
        with closing(reach_store(context.settings(), create=False)) as store:
            place = Place(store, directory, system_clock())
            document = wanted.document(place, _asked(wanted, place))
            size = _write(document, wanted, form)
    if file != STDOUT:
        told = {"file": file, "format": form.kind, "bytes": size, **days}
        context.emit(told, f"{file}: {size / 1e3:.1f} kB, {days['from']} to {days['to']}.")


def _filters(only: tuple[str, ...]) -> Mapping[str, str]:
    from dashboard.filters import BY_NAME

    pairs = dict(text.partition("=")[::2] for text in only)
    for name, value in pairs.items():
        if name not in BY_NAME or not value:
            names = ", ".join(BY_NAME)
            raise BadInput(f"--only {name}={value} is no filter; give NAME=VALUE, of {names}.")
    return pairs


def _kind_of(file: str) -> "Kind":
    suffix = Path(file).suffix.removeprefix(".").lower()
    if file == STDOUT:
        return "csv"
    if suffix not in KINDS:
        raise BadInput(f"What {file} holds cannot be told by its name; add --format csv.")
    return cast("Kind", suffix)


def _check_way_out(form: Form, *, as_json: bool) -> None:
    if form.file != STDOUT:
        folder = Path(form.file).absolute().parent
        if not folder.is_dir():
            raise BadInput(f"There is no folder {folder}; make it, or choose another for --out.")
    elif as_json:
        raise BadInput("--json tells of a file, and stdout is taken by it; add --out FILE.")
    elif form.kind != "csv" and sys.stdout.isatty():
        raise BadInput(f"A terminal cannot show {form.kind}; add --out report.{form.kind}.")


def _found(conn: Connection, card: str, account: str, group: str) -> "tuple[Account, Card | None]":
    """Whose figures, and of which card; None means all of them, or those of the group."""
    from schema.directory import accounts, card_groups, cards

    if bool(card) == bool(account) or (card and group):
        raise BadInput("Give --card, or --account with or without --group.")
    which = cards.get(conn, card) if card else None
    if card and which is None:
        raise cards.unknown(card)
    id = which.account if which else account
    whose = accounts.get(conn, id)
    if whose is None:
        raise accounts.unknown(id)
    groups = {} if which else card_groups.of_account(conn, id)
    if group and group not in groups:
        there = f"there are {', '.join(groups)}" if groups else "it has none"
        raise BadInput(f"{whose.name} has no group {group!r}; {there}.")
    if which is None and not cards.of_account(conn, id):
        raise BadInput(f"{whose.name} has no card yet; `balise card create` makes one.")
    return whose, which


def _check_tier(wanted: "Wanted") -> None:
    from dashboard.access import Decision, decide, first_tier

    if wanted.tier and decide("owner", wanted.tier, wanted.route) is not Decision.ALLOW:
        raise BaliseError(
            f"The tier {wanted.tier} of {wanted.account.name} does not include this file, "
            f"{first_tier(wanted.route)} does; leave --as-bought out to have it all the same."
        )


def _asked(wanted: "Wanted", place: "Place") -> "AskedOfOne | AskedOfSeveral":
    asked = wanted.looked(place)
    for wrong in asked.view.problems:
        raise BadInput(f"{wrong.field}: {wrong.sentence % wrong.values}")
    if not asked.question.cards:
        raise BaliseError("Too few visitors came from this place; choose a larger one.")
    return asked


def _write(document: "Report", wanted: "Wanted", form: Form) -> int:
    """How many bytes there are."""
    from dashboard.exports import csv_file, files

    if form.kind == "csv":
        subject, style = _subject(document, form.subject), _style(wanted, form)
        with _way_out(form.file) as target:
            return sum(target.write(piece) for piece in csv_file.write(subject, style))
    with _way_out(form.file) as target, TemporaryFile() as made:
        # Its parts are not written in their order, which no pipe can do.
        files.write(form.kind, document, wanted.language, cast(BinaryIO, made))
        size = made.tell()
        made.seek(0)
        copyfileobj(made, target)
    return size


def _subject(document: "Report", key: str) -> "Subject":
    found = document.subject(key)
    if found is None:
        there = ", ".join(each.key for each in document.subjects)
        raise BadInput(f"This file has no subject {key!r}; there are {there}.")
    return found


def _style(wanted: "Wanted", form: Form) -> "Style":
    from dashboard.exports.csv_file import STYLES

    style = STYLES[form.style or wanted.language.code]
    return style if form.bom is None else replace(style, bom=form.bom)


@contextmanager
def _way_out(file: str) -> Iterator[BinaryIO]:
    """A file takes its name when it is whole; until then what was there stays."""
    if file == STDOUT:
        yield sys.stdout.buffer
        return
    half = Path(f"{file}.part")
    try:
        with half.open("wb") as target:
            yield target
        half.replace(file)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        half.unlink(missing_ok=True)
