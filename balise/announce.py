"""What a starting server tells the person at its terminal: where to look, and how to get in."""

from collections.abc import Sequence

import click

from dashboard.site import DemoLogin
from schema.settings import Settings


def pages(settings: Settings, logins: Sequence[DemoLogin]) -> None:
    lines = [f"Balise serves {settings.origin}", f"  Owners sign in   {settings.origin}/login"]
    if logins:
        lines.append(f"  Demo cards       {settings.origin}/c/")
        lines.append(f"  Demo logins      password {logins[0].password}")
        lines += [f"    {login.label:16} {login.email}" for login in logins]
    click.echo("\n".join([*lines, "Stop with Ctrl-C."]))


def intake(settings: Settings) -> None:
    click.echo(f"Balise takes events in at {settings.origin}/api/track. Stop with Ctrl-C.")


def worker(settings: Settings) -> None:
    click.echo(f"Balise ships what is spooled in {settings.spool}. Stop with Ctrl-C.")
