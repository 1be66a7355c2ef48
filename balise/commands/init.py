"""`balise init`: a new installation, ready to be given its first account."""

import os
from pathlib import Path

import click
import orjson

from schema.clock import system_clock
from schema.settings import FILE_NAME, SETTINGS, load

TEMPLATE_HEAD = """\
# Settings of Balise. Each line shows a default: remove the # and change it.
# The environment overrules this file: BALISE_PORT=8001 before `balise serve`.
"""


@click.command
@click.option("--json", "as_json", is_flag=True, help="The answer for a machine.")
def command(as_json: bool) -> None:
    """Prepare this folder: settings file, data folder and both stores. What exists is kept."""
    from balise.installation import reached

    settings = load(os.environ, Path.cwd())
    file = Path.cwd() / FILE_NAME
    with reached(settings, system_clock) as place:
        stores = {"directory": place.directory.label, "events": place.store.label}
    written = _write_template(file)
    if as_json:
        click.echo(orjson.dumps({"settings": str(file), "data": str(settings.data)} | stores))
        return
    click.echo(f"Settings   {file} {'written' if written else 'kept as it is'}")
    click.echo(f"Data       {settings.data.absolute()}")
    click.echo(f"Directory  {stores['directory']}")
    click.echo(f"Events     {stores['events']}")
    click.echo(
        "\nNext: `balise account create`, `balise card create`, `balise user create`,"
        "\nthen `balise serve`. Or look around first: `balise serve --demo` in another folder."
    )


def _write_template(file: Path) -> bool:
    lines = [f"\n# {each.help}\n# {each.name} = {_toml(each.default)}\n" for each in SETTINGS]
    try:
        with file.open("x", encoding="utf-8") as draft:
            draft.write(TEMPLATE_HEAD + "".join(lines))
    except FileExistsError:
        return False
    file.chmod(0o600)
    return True


def _toml(default: str) -> str:
    return default if default.isdigit() else orjson.dumps(default).decode()
