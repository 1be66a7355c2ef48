"""The door: `balise COMMAND`. A table of commands, each loaded only when it is run."""

import importlib
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from keyword import iskeyword
from typing import NamedTuple

import click

from schema.errors import BaliseError


class Entry(NamedTuple):
    name: str
    help: str


COMMANDS: tuple[Entry, ...] = (
    Entry("serve", "Run everything in one process: intake, figures, pages."),
    Entry("collect", "Take events in and spool them; a serve or work ships them."),
    Entry("work", "Ship spooled events and keep the daily figures."),
    Entry("init", "Prepare a new installation: folder, settings file, stores."),
    Entry("demo", "Fill an empty installation with four believable customers."),
    Entry("migrate", "Show and apply what the stores' schemas need."),
    Entry("account", "Create, list, show and delete customer accounts."),
    Entry("card", "Create, list, show and delete cards."),
    Entry("item", "Create, list, show and revoke what leads to a card; draw QR codes."),
    Entry("key", "Create, list, show and delete API keys."),
    Entry("user", "Create, list, show and delete people who sign in."),
    Entry("import", "Bring in events from files: our own columns, Plausible, Umami, logs."),
    Entry("export", "Write the figures of a card or an account to a file: CSV, PDF or Excel."),
    Entry("geoip", "Show, install or update the file that tells the places of networks."),
    Entry("ledger", "Show what was received and what became of it; does it balance?"),
    Entry("rollup", "Compute the days that have ended or got late events, now."),
    Entry("backfill", "Compute closed days again, or show what that would change."),
    Entry("reclassify", "Give stored events the class that the rules of now give them."),
    Entry("retention", "Delete what has been kept for as long as it may be."),
    Entry("backup", "Make an archive of both stores and of what waits in the spools."),
    Entry("restore", "Put an archive into an empty installation, and compare."),
    Entry("erase", "Erase a card, an account or a visitor, for good."),
    Entry("sql", "Ask the event store a question; reading only."),
    Entry("doctor", "Check the installation, with a remedy for each fault."),
)


class CommandTable(click.Group):
    """A group that imports `balise.commands.<name>` when, and only when, that command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        # A command named like a word of Python has an underscore behind its module's name.
        module = f"{name}_" if iskeyword(name) else name
        command = importlib.import_module(f"balise.commands.{module}").command
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in names:
            near = get_close_matches(args[0], names, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
            raise click.UsageError(f"Unknown command {args[0]!r}. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in COMMANDS])


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="balise", message="%(version)s")
def balise() -> None:
    """Tells the holder of a digital business card whether the card is used, never who used it.

    Settings come from BALISE_… in the environment, else from balise.toml in this folder.
    Exit codes: 0 done, 1 refused, 2 wrong input, 3 a store or a folder cannot be reached.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line. What a person can mend is one sentence on stderr, never a trace."""
    try:
        code = balise.main(args=arguments, prog_name="balise", standalone_mode=False)
    except click.ClickException as error:
        return _say(error.format_message(), error.exit_code)
    except BaliseError as error:
        return _say(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _say("Stopped.", 130)
    return code if isinstance(code, int) else 0


def main() -> None:
    sys.exit(run())


def _say(sentence: str, exit_code: int) -> int:
    click.echo(sentence, err=True)
    return exit_code
