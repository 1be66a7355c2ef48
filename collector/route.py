"""A path that is the collector's alone: another method is answered 405 here.

Starlette goes on to what is mounted behind when only the method differs, and that says 404.
"""

from starlette.routing import Match, Route
from starlette.types import Scope


class OwnRoute(Route):
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return Match.FULL if match is Match.PARTIAL else match, found
