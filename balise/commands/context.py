"""What commands share: the settings, the directory, and the two ways to answer."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from schema.clock import system_clock
from schema.errors import Unavailable
from schema.settings import Settings, load

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from schema.directory.database import Directory
    from schema.store import EventStore

ACTOR = "shell"
"""Who acts, in the audit trail, when a command does."""


class Context:
    def __init__(self) -> None:
        self.as_json = False
        self._settings: Settings | None = None

    def settings(self) -> Settings:
        if self._settings is None:
            self._settings = load(os.environ, Path.cwd())
        return self._settings

    def emit(self, data: Any, human: str) -> None:
        click.echo(orjson.dumps(data) if self.as_json else human)

    @contextmanager
    def open_directory_current(self) -> Iterator["Directory"]:
        """The directory, refused while its tables are not those of this version."""
        from schema.directory.database import open_directory
        from schema.directory.upgrade import NAMES, pending

        directory = open_directory(self.settings().database, create=False)
        try:
            todo = pending(directory)
            if todo:
                command = "balise init" if len(todo) == len(NAMES) else "balise migrate"
                raise Unavailable(
                    f"The directory {directory.label} lacks {', '.join(todo)}; run `{command}`."
                )
            yield directory
        finally:
            directory.close()

    @contextmanager
    def open_stores_current(self) -> Iterator[tuple["Directory", "EventStore"]]:
        """Both stores of an installation that is there already: nothing is made, for a wrong name
        of the data folder would pass for an empty installation. A server that runs answers for the
        events."""
        from schema.migrate import pending, released
        from schema.store.address import parse
        from schema.store.opening import reach_store

        settings = self.settings()
        with (
            self.open_directory_current() as directory,
            closing(reach_store(settings, create=False)) as store,
        ):
            todo = pending(store, parse(settings.clickhouse))
            if todo:
                command = "balise init" if len(todo) == len(released()) else "balise migrate"
                raise Unavailable(f"{store.label} lacks {', '.join(todo)}; run `{command}`.")
            yield directory, store


def record(conn: "Connection", action: str, subject: str) -> None:
    """A line in the audit trail, in the transaction of what it tells."""
    from schema.directory import audit

    audit.record(conn, actor=ACTOR, action=action, subject=subject, now_ms=system_clock())


class Day(click.ParamType[date]):
    """A local day, as pages and programs write it."""

    name = "YYYY-MM-DD"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a day; give it as 2026-11-01.", param, ctx)


DAY = Day()

pass_context = click.make_pass_decorator(Context, ensure=True)


def _set_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    ctx.ensure_object(Context).as_json = value


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_set_json,
        help="The answer for a machine.",
    )(function)


def yes_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--yes", is_flag=True, help="Do not ask.")(function)


def confirm(question: str, *, yes: bool) -> None:
    """Asks on stderr, so that a machine reads nothing but the answer on stdout."""
    if not yes:
        click.confirm(question, abort=True, err=True)


def sheet(record: Any) -> str:
    """One record for people: a line per field."""
    return columns([(name, value) for name, value in _shown(record).items()])


def table(records: Sequence[Any], *, none: str) -> str:
    """Records for people: a line each under their fields' names, or what to say of none."""
    if not records:
        return none
    shown = [_shown(record) for record in records]
    return columns([tuple(shown[0]), *(tuple(each.values()) for each in shown)])


def columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _shown(record: Any) -> dict[str, str]:
    return {name.removesuffix("_ms"): _text(name, value) for name, value in asdict(record).items()}


def _text(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if name.endswith("_ms"):
        return f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
