"""`balise doctor`: is this installation sound, and if not, what mends it?"""

import os
from pathlib import Path

import click
import orjson

from balise.doctor import examine
from schema.clock import system_clock
from schema.settings import SETTINGS, load, shown

SIGNS = {"ok": "✓", "note": "·", "fault": "✗"}


@click.command
@click.option("--json", "as_json", is_flag=True, help="Findings and settings for a machine.")
def command(as_json: bool) -> int:
    """Check the installation: a line each, a remedy for each fault. Exit code 1 on a fault."""
    settings = load(os.environ, Path.cwd())
    findings = examine(settings, system_clock)
    if as_json:
        facts = {
            "findings": [{"check": name, **found._asdict()} for name, found in findings],
            "settings": {each.name: shown(each, settings) for each in SETTINGS},
        }
        click.echo(orjson.dumps(facts, option=orjson.OPT_INDENT_2))
    else:
        for name, found in findings:
            click.echo(f"{SIGNS[found.state]} {name:20} {found.says}")
            if found.remedy:
                click.echo(f"  {'':20} → {found.remedy}")
    return 1 if any(found.state == "fault" for _, found in findings) else 0
