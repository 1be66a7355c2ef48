"""`/logout`: the session ends here and in the directory."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.site import SESSION_COOKIE, Reader
from schema.directory import sessions


def sign_out(request: Request, reader: Reader) -> Response:
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with reader.site.directory.write() as conn:
            sessions.end(conn, token)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return response
