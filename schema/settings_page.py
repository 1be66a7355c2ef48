"""Writes `docs/settings.md` from the table of settings: `make docs`. A test compares the two."""

import sys

from schema.settings import FILE_NAME, PREFIX, SETTINGS

HEAD = f"""# Settings

*Made by `make docs` from `schema/settings.py`. Change the table there.*

A setting comes from the environment, else from `{FILE_NAME}` in the folder where `balise` is
started, else from its default. In the file the name is in small letters and without the prefix:
`{PREFIX}PORT=8001` is `port = 8001`. An unknown name or a wrong value stops the command with a
sentence and exit code 2. `balise doctor --json` shows what is in force, secrets masked.
`$BALISE_DATA` in a value stands for the data folder.

| Variable | Kind | Default | What it does |
| --- | --- | --- | --- |
"""


def page() -> str:
    rows = (
        f"| `{each.variable}` | {each.kind}{' (secret)' if each.secret else ''} "
        f"| {f'`{each.default}`' if each.default else ''} | {each.help} |\n"
        for each in SETTINGS
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(page())
