"""`/sso/{token}`: in from the site that sells the cards, without a password, once."""

from starlette.requests import Request
from starlette.responses import Response

from dashboard.entry import let_in
from dashboard.site import Reader
from schema.directory import tickets
from schema.languages import N_

SPENT = N_("This link is no longer good")
AGAIN = N_(
    "It lets you in once, within a minute. Go back to where you found it and follow it again."
)


def enter(request: Request, reader: Reader) -> Response:
    site = reader.site
    with site.directory.write() as conn:
        user = tickets.redeem(conn, request.path_params["token"], "sso", site.clock())
    if user is None:
        return reader.renderer.page(
            "message.html", status=410, reader=None, title=SPENT, remedy=AGAIN
        )
    return let_in(site, user, request)
