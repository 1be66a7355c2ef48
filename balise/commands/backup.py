"""`balise backup`: one archive of both stores and of what waits in the spools."""

import click

from balise.commands.context import Context, json_option, pass_context, record
from schema.clock import system_clock


@click.command
@click.argument("place", required=False)
@json_option
@pass_context
def command(context: Context, place: str | None) -> None:
    """Make an archive in PLACE: a folder or s3://bucket/prefix. Without it, in BALISE_BACKUP.

    A running service goes on meanwhile. The archive holds salts, keys and people's addresses: keep
    it as closed as the data folder, and no longer than BALISE_BACKUP_DAYS.
    """
    import time

    from balise.bar import drawn
    from pipeline.backup.places import place_of
    from pipeline.backup.take import Sources, name_at, take

    settings = context.settings()
    kept = place_of(place or settings.backup, settings)
    begun_s = time.monotonic()
    with context.open_stores_current() as (directory, store), drawn("rows copied") as progress:
        sources = Sources(store, directory, settings, system_clock)
        name = name_at(system_clock())
        with kept.keeping(name) as target:
            manifest = take(sources, target, progress=progress)
            size = target.stat().st_size
        with directory.write() as conn:
            record(conn, "backup", f"{kept.label}/{name}")
    seconds = round(time.monotonic() - begun_s, 1)
    made = {
        "archive": f"{kept.label}/{name}",
        "bytes": size,
        "seconds": seconds,
        "tables": manifest.tables,
        "directory": manifest.directory,
        "spools": manifest.spools,
    }
    context.emit(
        made,
        f"{made['archive']}: {size / 1e6:.1f} MB in {seconds} s, "
        f"{sum(manifest.tables.values())} rows of events and figures, "
        f"{sum(manifest.directory.values())} of the directory, "
        f"{sum(manifest.spools.values())} events that were waiting.",
    )
