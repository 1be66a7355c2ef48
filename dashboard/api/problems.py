"""What went wrong, for a program: RFC 9457 `application/problem+json` with a stable `type`."""

from collections.abc import Mapping
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from dashboard.api.quotas import Allowance
from schema.errors import BadInput, Unavailable

TYPE_PREFIX = "urn:balise:problem:"
RETRY_S = 5

TITLES: Mapping[int, tuple[str, str]] = {
    400: ("invalid", "The request breaks the contract."),
    401: ("key", "A valid key is needed: Authorization: Bearer bk_…"),
    403: ("not-included", "The key, or the tier of the account, does not include this."),
    404: ("not-found", "Nothing is here, or nothing that this key may see."),
    405: ("method", "This method is not answered here."),
    413: ("too-large", "The body is too large."),
    415: ("media-type", "The body must be JSON."),
    429: ("quota", "The key has used up its requests."),
    500: ("ours", "Something went wrong on our side; nothing was changed."),
    503: ("unavailable", "A store cannot be reached right now; try again in a moment."),
}
"""The end of the `type` and the title, by status. Both are for ever."""


class Problem(Exception):
    """Ends a request with a sentence."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more


def answer(request: Request, problem: Problem) -> Response:
    """With what is left of the key's quota, once it is known whose key it is."""
    kind, title = TITLES[problem.status]
    allowance: Allowance | None = getattr(request.state, "allowance", None)
    return JSONResponse(
        {
            "type": TYPE_PREFIX + kind,
            "title": title,
            "status": problem.status,
            "detail": problem.detail,
            **problem.more,
        },
        problem.status,
        {**problem.headers, **(allowance.headers if allowance else {})},
        media_type="application/problem+json",
    )


def _problem(request: Request, error: Exception) -> Response:
    return answer(request, cast(Problem, error))


def _wrong_value(request: Request, error: Exception) -> Response:
    return answer(request, Problem(400, str(error)))


def _away(request: Request, error: Exception) -> Response:
    return answer(request, Problem(503, headers={"Retry-After": str(RETRY_S)}))


def _routing(request: Request, error: Exception) -> Response:
    error = cast(HTTPException, error)
    status = error.status_code if error.status_code in TITLES else 400
    return answer(request, Problem(status, headers=error.headers))


def _failed(request: Request, error: Exception) -> Response:
    return answer(request, Problem(500))


HANDLERS: Mapping[Any, ExceptionHandler] = {
    Problem: _problem,
    BadInput: _wrong_value,
    Unavailable: _away,
    HTTPException: _routing,
    Exception: _failed,
}
