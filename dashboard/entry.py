"""The answer to whoever has just been let in: a session in a cookie, and on to a page of ours."""

import re

from starlette.responses import RedirectResponse, Response

from dashboard.site import SESSION_COOKIE, Site

# The directory decides when a session ends; the browser only has to keep the cookie longer.
COOKIE_AGE_S = 400 * 86_400

_OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")


def signed_in(site: Site, token: str, next_path: str = "/") -> Response:
    # Only a path of our own: an address elsewhere would make this page an open redirect.
    target = next_path if _OWN_PATH.fullmatch(next_path) else "/"
    response = RedirectResponse(target, 303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=COOKIE_AGE_S,
        path="/",
        secure=site.origin.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return response
