"""`show` and `delete` are the same for every kind of record: found by a word, told, and gone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import click
from sqlalchemy.engine import Connection

from balise.commands.context import (
    Context,
    confirm,
    json_option,
    pass_context,
    record,
    sheet,
    yes_option,
)


class Record(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    noun: str
    find: Callable[[Connection, str], R]
    """By what a person typed; refuses what is not there with a sentence."""
    name: Callable[[R], str]
    """What a person knows it by."""
    delete: Callable[[Connection, str], None]
    also: Callable[[Connection, R], str] = lambda _conn, _found: ""
    """What is deleted with it, told before the person agrees."""


def add_show(group: click.Group, kind: Kind[R], help: str) -> None:
    @group.command("show", help=help)
    @click.argument("id", metavar=kind.noun.upper())
    @json_option
    @pass_context
    def show(context: Context, id: str) -> None:
        with context.open_directory_current() as directory, directory.read() as conn:
            found = kind.find(conn, id)
        context.emit(found, sheet(found))


def add_delete(group: click.Group, kind: Kind[R], help: str) -> None:
    @group.command("delete", help=help)
    @click.argument("id", metavar=kind.noun.upper())
    @yes_option
    @json_option
    @pass_context
    def delete(context: Context, id: str, yes: bool) -> None:
        with context.open_directory_current() as directory:
            with directory.read() as conn:
                found = kind.find(conn, id)
                also = kind.also(conn, found)
            name = f"{kind.noun} {kind.name(found)} ({found.id})"
            confirm(f"Delete the {name}{also}?", yes=yes)
            with directory.write() as conn:
                kind.delete(conn, found.id)
                record(conn, f"{kind.noun}.delete", found.id)
        context.emit({"deleted": found.id}, f"Deleted the {name}.")
