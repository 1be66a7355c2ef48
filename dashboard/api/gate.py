"""The way into every operation: whose key, how much is left, about whom, is it allowed, what is
asked. In that order, so that nobody learns anything before the question it belongs to."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
from anyio import to_thread
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import Decision, decide, first_tier, sees_account
from dashboard.api.operation import About, Answered, Call, Operation
from dashboard.api.problems import Problem
from dashboard.api.quotas import Allowance
from dashboard.gate import FILES, PAGES
from dashboard.site import Site
from schema.directory import accounts, cards, export_jobs, keys
from schema.directory.accounts import Account
from schema.directory.keys import Key
from schema.directory.users import Role

BODY_BYTES_MAX = 64 * 1024

# A key acts with the rights of the people it was made for.
_ROLE_OF: Mapping[keys.Scope, Role] = {"ops": "ops", "account": "owner"}


def endpoint(operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = await _body(request)
        site: Site = request.app.state.site
        turn = FILES if operation.makes_a_file else PAGES
        return await to_thread.run_sync(
            lambda: _answer(operation, request, body), limiter=turn(site)
        )

    return answer


def _answer(operation: Operation, request: Request, body: bytes) -> Response:
    site: Site = request.app.state.site
    key = _key(site, request.headers.get("authorization", ""))
    allowance: Allowance = request.app.state.quotas.take(key.id, site.clock())
    request.state.allowance = allowance
    if allowance.left < 0:
        told = {"Retry-After": str(allowance.ends_s)}
        raise Problem(429, f"Wait {allowance.ends_s} s.", headers=told)
    about = _about(site, key, request.path_params)
    _let_in(operation, key, about.account)
    call = Call(
        site=site,
        request=request,
        key=key,
        path=request.path_params,
        about=about,
        query=_query(operation.query, request),
        body=_decoded(operation.body, request, body),
    )
    return _response(operation, request, operation.do(call), allowance)


def _key(site: Site, authorization: str) -> Key:
    scheme, _, secret = authorization.partition(" ")
    found = None
    if scheme.lower() == "bearer":
        with site.directory.read() as conn:
            found = keys.verify(conn, secret.strip())
    if found is None:
        raise Problem(401, headers={"WWW-Authenticate": "Bearer"})
    return found


def _about(site: Site, key: Key, path: Mapping[str, str]) -> About:
    """What is not there and what belongs to someone else are the same to the one who asks."""
    with site.directory.read() as conn:
        card = cards.get(conn, path["card"]) if "card" in path else None
        job = export_jobs.get(conn, path["export"], site.clock()) if "export" in path else None
        named = card or job
        id = named.account if named else path.get("account", "")
        account = accounts.get(conn, id)
    if path and (account is None or not _sees(key, account)):
        raise Problem(404)
    return About(account, card, job)


def _sees(key: Key, account: Account) -> bool:
    return sees_account(_ROLE_OF[key.scope], key.account, account.id)


def _let_in(operation: Operation, key: Key, account: Account | None) -> None:
    tier = account.tier if account else None
    if decide(_ROLE_OF[key.scope], tier, operation.route) is Decision.ALLOW:
        return
    needed = first_tier(operation.route)
    if key.scope == "account" and needed and tier:
        raise Problem(403, f"The tier {needed} includes it; this one is {tier}.", tier=needed)
    raise Problem(403, "A key for ops is needed.")


async def _body(request: Request) -> bytes:
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > BODY_BYTES_MAX:
            raise Problem(413, f"At most {BODY_BYTES_MAX} bytes are read.")
    return bytes(read)


def _decoded(shape: type[Struct] | None, request: Request, body: bytes) -> Any:
    if shape is None:
        return None
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Problem(415, f"Content-Type is {media!r}; send application/json.")
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, str(error)) from None


def _query(shape: type[Struct] | None, request: Request) -> Any:
    given = dict(request.query_params)
    if shape is None:
        if given:
            raise Problem(400, f"There is no parameter {next(iter(given))!r} here.")
        return None
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(400, str(error)) from None


def _response(operation: Operation, request: Request, done: Any, allowance: Allowance) -> Response:
    response: Response = done if isinstance(done, Response) else _written(operation, request, done)
    response.headers.update(allowance.headers)
    return response


def _written(operation: Operation, request: Request, done: Any) -> Response:
    if isinstance(done, Answered):
        body = msgspec.json.encode(done.body)
        return Response(body, done.status, done.headers, media_type="application/json")
    if operation.answer is None:
        return Response(status_code=operation.status)
    body = msgspec.json.encode(done)
    if operation.method != "GET":
        return Response(body, operation.status, media_type="application/json")
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    about = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=about)
    return Response(body, operation.status, about, media_type="application/json")
