"""`balise geoip`: which file of places is in use; installs or updates it."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from balise.commands.context import Context, columns, json_option, pass_context
from schema.clock import system_clock
from schema.errors import BadInput

if TYPE_CHECKING:
    from pipeline.enrich.places_file import PlacesFacts


@click.command
@click.argument("source", required=False)
@click.option("--sha256", default="", help="Checksum that what SOURCE gives must have.")
@json_option
@pass_context
def command(context: Context, source: str | None, sha256: str) -> None:
    """Show the file that tells the places of networks, or bring a newer one from SOURCE.

    SOURCE is a path, an http(s) address, or `geolite2`, which MaxMind gives for the key in
    BALISE_GEOIP_KEY. A plain MMDB file, .gz and .tar.gz are understood. It is tried before it
    replaces the old one; a running server goes on with it at once.
    """
    from balise.folder import prepare
    from pipeline.enrich.install import install, source_of
    from pipeline.enrich.places_file import facts_of

    settings = context.settings()
    place = settings.places_file
    if source:
        prepare(settings)
        facts = install(source_of(source, settings.geoip_key), place, sha256)
    elif place.exists() or settings.geoip:
        facts = facts_of(place)
    else:
        raise BadInput(
            "There is no file of places: countries come from the browser's time zone. "
            "Run `balise geoip SOURCE` with a file, an address or `geolite2`."
        )
    _show(context, facts)


def _show(context: Context, facts: "PlacesFacts") -> None:
    built = datetime.fromtimestamp(facts.built_s, UTC).date().isoformat()
    age_days = facts.age_days(system_clock())
    told = asdict(facts) | {"path": str(facts.path), "built": built, "age_days": age_days}
    rows = [
        ("file", str(facts.path)),
        ("kind", facts.kind),
        ("built", f"{built}, {age_days} days ago"),
        ("size", f"{facts.bytes / 1e6:.1f} MB"),
    ]
    context.emit(told, columns(rows))
