"""`balise demo`: four believable customers with ninety days of visits, to look around."""

from dataclasses import asdict

import click

from balise.commands.context import Context, json_option, pass_context
from balise.demo.people import PASSWORD, USERS
from balise.demo.rhythm import DAYS, EVENTS, SEED
from schema.clock import system_clock


@click.command
@click.option(
    "--events",
    type=click.IntRange(1, 20_000_000),
    default=EVENTS,
    show_default=True,
    help="About how many events, over all days and cards.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=DAYS,
    show_default=True,
    help="How many days of history, ending yesterday; today so far is added.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=SEED,
    show_default=True,
    help="Another number gives other visits; the same one gives the same.",
)
@json_option
@pass_context
def command(context: Context, events: int, days: int, seed: int) -> None:
    """Fill an empty installation with four believable customers, one for each tier.

    Running it again adds only what has happened since. Customers of your own are never mixed
    with the demo's: where there are any, it refuses.
    """
    from balise.demo.bars import drawn
    from balise.demo.load import load_demo
    from balise.installation import reached

    settings = context.settings()
    with reached(settings, system_clock) as place, drawn() as progress:
        summary = load_demo(place, events=events, days=days, seed=seed, progress=progress)
    logins = [{"email": user.email, "label": user.label} for user in USERS]
    context.emit(
        asdict(summary) | {"origin": settings.origin, "password": PASSWORD, "logins": logins},
        "\n".join(
            [
                f"{summary.events} events added for {summary.cards} cards "
                f"of {summary.accounts} customers; {summary.days} card days added up.",
                f"`balise serve --demo` shows them at {settings.origin}, cards at "
                f"{settings.origin}/c/.",
                f"Sign in with the password {PASSWORD} as",
                *(f"  {user.label:16} {user.email}" for user in USERS),
            ]
        ),
    )
