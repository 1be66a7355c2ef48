"""`balise restore`: an archive into an empty installation."""

from pathlib import Path

import click

from balise.commands.context import Context, json_option, pass_context
from schema.clock import system_clock
from schema.errors import BadInput


@click.command
@click.argument("archive", required=False)
@json_option
@pass_context
def command(context: Context, archive: str | None) -> None:
    """Put ARCHIVE, a file or s3://bucket/prefix/name.zip, into an empty installation.

    Without ARCHIVE, the newest one in BALISE_BACKUP. Checksums are verified first and the rows of
    every table compared at the end. What had to be deleted since then is deleted again at once.
    """
    from contextlib import closing

    from balise.bar import drawn
    from balise.folder import prepare
    from pipeline.backup.places import place_of
    from pipeline.backup.restore import restore
    from pipeline.backup.take import Sources
    from schema.directory.database import open_directory
    from schema.store.opening import hold_store

    settings = context.settings()
    folder, slash, name = (archive or "").rpartition("/")
    place = place_of((folder or slash or ".") if archive else settings.backup, settings)
    name = name or _newest(place.names(), place.label)
    prepare(settings)
    with (
        place.fetched(name) as path,
        closing(open_directory(settings.database)) as directory,
        closing(hold_store(settings)) as store,
        drawn("rows restored") as progress,
    ):
        target = Sources(store, directory, settings, system_clock)
        manifest = restore(target, Path(path), progress=progress)
    context.emit(
        {
            "archive": f"{place.label}/{name}",
            "made": manifest.made,
            "tables": manifest.tables,
            "directory": manifest.directory,
            "spools": manifest.spools,
        },
        f"Restored {name}, made {manifest.made}: every table has the rows it had. "
        "Repeat the deletions that people asked for since then; then `balise serve`.",
    )


def _newest(names: list[str], label: str) -> str:
    if not names:
        raise BadInput(f"There is no backup in {label}.")
    return names[-1]
