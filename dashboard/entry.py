"""The answer to whoever is let in: a session in a cookie, and on to a page of ours."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.site import Site
from schema.directory import sessions
from schema.directory.users import User

# The directory decides when a session ends; the browser only has to keep the cookie longer.
COOKIE_AGE_S = 400 * 86_400

_OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")


def let_in(site: Site, user: User, request: Request, next_path: str = "/") -> Response:
    browser = browser_name(request.headers.get("user-agent", ""))
    with site.directory.write() as conn:
        sessions.end(conn, request.cookies.get(site.session_cookie, ""))
        token = sessions.start(conn, user.id, site.clock(), browser)
    # Only a path of our own: an address elsewhere would make this page an open redirect.
    target = next_path if _OWN_PATH.fullmatch(next_path) else "/"
    response = RedirectResponse(target, 303)
    response.set_cookie(
        site.session_cookie,
        token,
        max_age=COOKIE_AGE_S,
        path="/",
        secure=site.is_secure,
        httponly=True,
        samesite="lax",
    )
    return response


def forget(site: Site, response: Response) -> None:
    """The browser lets go of its cookie; the session itself is ended in the directory."""
    response.delete_cookie(
        site.session_cookie, path="/", secure=site.is_secure, httponly=True, samesite="lax"
    )


def browser_name(agent: str) -> str:
    """By what people know their own browsers again, such as `Mobile Safari, iOS`."""
    from ua_parser import parse

    found = parse(agent)
    names = (
        found.user_agent.family if found.user_agent else "",
        found.os.family if found.os else "",
    )
    return ", ".join(name for name in names if name)
