"""`/logout`: the session ends here and in the directory."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.entry import forget
from dashboard.site import Reader
from schema.directory import sessions


def sign_out(request: Request, reader: Reader) -> Response:
    token = request.cookies.get(reader.site.session_cookie)
    if token:
        with reader.site.directory.write() as conn:
            sessions.end(conn, token)
    response = RedirectResponse("/login", 303)
    forget(reader.site, response)
    return response
