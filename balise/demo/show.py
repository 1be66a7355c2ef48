"""The demo as a running server shows it: data, sign-in buttons, card pages and a live stream."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from starlette.routing import BaseRoute

from balise.demo.people import ACCOUNTS, PASSWORD, USERS
from balise.installation import Installation
from dashboard.site import DemoLogin
from schema.directory import secrets, tables
from schema.directory.database import Directory


@dataclass(frozen=True, slots=True)
class Show:
    logins: tuple[DemoLogin, ...] = ()
    routes: tuple[BaseRoute, ...] = ()
    stream: AbstractContextManager[Any] = field(default_factory=nullcontext)
    """To be entered when the server is about to answer, and left before it is gone."""


NOTHING = Show()


def only_ours(directory: Directory) -> bool:
    """Whether all there is in an installation is the demo's, at whichever version it was made."""
    with directory.read() as conn:
        ids = set(conn.scalars(sa.select(tables.accounts.c.id)))
    return ids == {account.id for account in ACCOUNTS}


def prepare(place: Installation) -> Show:
    """Loads what is missing, with a progress bar, before the first page is asked for."""
    from balise.demo import card_page
    from balise.demo.bars import drawn
    from balise.demo.load import load_demo
    from balise.demo.trickle import Trickle

    with drawn() as progress:
        load_demo(place, progress=progress)
    return Show(
        logins=tuple(DemoLogin(user.email, PASSWORD, user.label) for user in USERS),
        routes=tuple(card_page.routes(place.settings.origin, place.clock)),
        stream=Trickle(
            place.settings,
            place.clock,
            secrets.shared(place.directory, secrets.ITEM_KEY, place.clock()),
        ),
    )
