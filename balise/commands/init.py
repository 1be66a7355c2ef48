"""`balise init`: a new installation, ready to be given its first account."""

from pathlib import Path

import click
import orjson

from balise.commands.context import Context, columns, json_option, pass_context
from schema.clock import system_clock
from schema.errors import BadInput
from schema.settings import FILE_NAME, SETTINGS

TEMPLATE_HEAD = """\
# Settings of Balise. Each line shows a default: remove the # and change it.
# The environment overrules this file: BALISE_PORT=8001 before `balise serve`.
"""

NEXT = """
Next: `balise account create`, `balise card create`, `balise user create`, then `balise serve`.
Or look around first: `balise serve --demo` in another folder."""


@click.command
@json_option
@pass_context
def command(context: Context) -> None:
    """Prepare this folder: settings file, data folder and both stores. What exists is kept."""
    from balise.folder import writable
    from balise.installation import reached

    file = Path.cwd() / FILE_NAME
    if not file.exists() and not writable(file.parent):
        raise BadInput(
            f"{file} cannot be made: {file.parent} is not writable; start `balise init` in a "
            "folder of yours."
        )
    with reached(context.settings(), system_clock) as place:
        made = {
            "settings": str(file),
            "data": str(place.settings.data.absolute()),
            "directory": place.directory.label,
            "events": place.store.label,
        }
    _write_template(file)
    context.emit(made, columns(list(made.items())) + "\n" + NEXT)


def _write_template(file: Path) -> None:
    """Settings may hold passwords, so the file is its owner's alone."""
    lines = (f"\n# {each.help}\n# {each.name} = {_toml(each.default)}\n" for each in SETTINGS)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(TEMPLATE_HEAD + "".join(lines), encoding="utf-8")


def _toml(default: str) -> str:
    return default if default.isdigit() else orjson.dumps(default).decode()
