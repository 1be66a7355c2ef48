"""`balise doctor`: is this installation sound, and if not, what mends it?"""

import click

from balise.commands.context import Context, json_option, pass_context
from balise.doctor import Finding, examine
from schema.clock import system_clock
from schema.settings import SETTINGS, shown

SIGNS = {"ok": "✓", "note": "·", "fault": "✗"}


@click.command
@json_option
@pass_context
def command(context: Context) -> int:
    """Check the installation: a line each, a remedy for each fault. Exit code 1 on a fault."""
    settings = context.settings()
    findings = examine(settings, system_clock)
    context.emit(
        {
            "findings": [{"check": name, **found._asdict()} for name, found in findings],
            "settings": {each.name: shown(each, settings) for each in SETTINGS},
        },
        "\n".join(_line(name, found) for name, found in findings),
    )
    return 1 if any(found.state == "fault" for _, found in findings) else 0


def _line(name: str, found: Finding) -> str:
    says = f"{SIGNS[found.state]} {name:20} {found.says}"
    return f"{says}\n  {'':20} → {found.remedy}" if found.remedy else says
