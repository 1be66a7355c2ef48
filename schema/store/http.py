"""The ClickHouse HTTP interface over the embedded engine, as far as clickhouse-connect uses it.

`GET /ping`; `POST /` with the statement in the body, or in `query=` and its data in the body;
`param_x`, `database`, settings; errors with their code in a header. A plain ASGI app: the control
socket serves it beside a running server, and the test kit serves it over TCP.

Each request has a handle of the engine for itself (0.3 ms), so that its settings, its database and
its `readonly` end with it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_BYTES_MAX = 1_000_000_000
DEFAULT_FORMAT = "TabSeparated"

# Parameters that are for the HTTP interface and not for the engine.
_TRANSPORT = {
    *("query", "query_id", "database", "user", "password", "role", "quota_key"),
    *("session_id", "session_timeout", "session_check", "client_protocol_version"),
    *("wait_end_of_query", "buffer_size", "compress", "decompress", "enable_http_compression"),
    *("send_progress_in_http_headers", "http_headers_progress_interval_ms"),
    "cancel_http_readonly_queries_on_client_close",
}
_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CODE = re.compile(r"Code: (\d+)")
_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_INSERT = re.compile(
    rb"\s*(?P<into>INSERT\s+INTO\s+[^\s(]+(\s*\([^)]*\))?)\s+FORMAT\s+(?P<format>\w+)\s",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    rb"\s*(SELECT|WITH|SHOW|DESC|DESCRIBE|EXISTS|EXPLAIN|CHECK)\b", re.IGNORECASE
)

# As a server maps them; clients go by the code in the header.
_STATUS = {60: 404, 62: 400, 81: 404, 115: 400, 164: 403, 497: 403, 516: 403}


@dataclass(frozen=True, slots=True)
class Call:
    """One statement with all it comes with."""

    sql: bytes
    params: dict[str, str]
    settings: dict[str, str]
    database: str | None

    @property
    def answer_format(self) -> str | None:
        if stated := _FORMAT.search(self.sql[-100:]):
            return stated[1].decode()
        return DEFAULT_FORMAT if _QUESTION.match(self.sql) else None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class EngineError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def clickhouse_app(path: Path) -> AsgiApp:
    """Somebody in this process holds the engine open; see `EmbeddedStore`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET" and scope["path"] == "/ping":
            await respond(send, Answer(200, {}, b"Ok.\n"))
            return
        body = await read_body(receive)
        if scope["method"] != "POST" or scope["path"] != "/" or body is None:
            await respond(send, refusal(EngineError(48, "Only POST / of a bounded size is served")))
            return
        call = parse(*without_form(scope["query_string"], dict(scope.get("headers", ())), body))
        await respond(send, await asyncio.to_thread(answer, path, call))

    return app


def without_form(
    query_string: bytes, headers: Mapping[bytes, bytes], body: bytes
) -> tuple[bytes, bytes]:
    """Parameters too long for an address come in a form, with the statement as its `query`."""
    kind = headers.get(b"content-type", b"")
    if not kind.startswith(b"multipart/form-data"):
        return query_string, body
    from python_multipart import create_form_parser

    fields: dict[bytes, bytes] = {}

    def keep(field: Any) -> None:
        fields[field.field_name] = field.value or b""

    form = create_form_parser({"Content-Type": kind}, keep, None)
    form.write(body)
    form.finalize()
    statement = fields.pop(b"query", b"")
    return query_string + b"&" + urlencode(fields).encode(), statement


def parse(query_string: bytes, body: bytes) -> Call:
    fields = dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))
    statement = fields.get("query", "").encode()
    return Call(
        sql=statement + b"\n" + body if statement else body,
        params={
            name.removeprefix("param_"): value
            for name, value in fields.items()
            if name.startswith("param_")
        },
        settings={
            name: value
            for name, value in fields.items()
            if name not in _TRANSPORT and not name.startswith("param_")
        },
        database=fields.get("database") or None,
    )


def answer(path: Path, call: Call) -> Answer:
    """Runs the call in the engine. Blocking."""
    try:
        body = run(path, call)
    except EngineError as error:
        return refusal(error)
    headers = {}
    if zone := call.settings.get("session_timezone"):
        headers["X-ClickHouse-Timezone"] = zone
    if call.answer_format:
        headers["X-ClickHouse-Format"] = call.answer_format
    return Answer(200, headers, body)


def run(path: Path, call: Call) -> bytes:
    import chdb

    handle = chdb.connect(str(path))
    try:
        if call.database:
            handle.query(f"USE {identifier(call.database)}")
        if call.settings:
            handle.query(f"SET {assignments(call.settings)}")
        if insert := _INSERT.match(call.sql):
            _insert(handle, insert, call.sql[insert.end() :])
            return b""
        return bytes(handle.query(call.sql, DEFAULT_FORMAT, params=call.params).bytes() or b"")
    except RuntimeError as error:
        code = _CODE.search(str(error))
        raise EngineError(int(code[1]) if code else 1001, str(error)) from None
    finally:
        handle.close()


def _insert(handle: Any, insert: re.Match[bytes], data: bytes) -> None:
    """Data of any size and format: inside a statement the engine takes only a small piece."""
    stream = handle.send_insert(insert["into"].decode(), insert["format"].decode())
    try:
        stream.append(data)
        stream.finish()
    finally:
        stream.close()


def refusal(error: EngineError) -> Answer:
    return Answer(
        _STATUS.get(error.code, 500),
        {
            "X-ClickHouse-Exception-Code": str(error.code),
            "Content-Type": "text/plain; charset=UTF-8",
        },
        f"{error}\n".encode(),
    )


def assignments(settings: dict[str, str]) -> str:
    for name in settings:
        if not _SETTING_NAME.fullmatch(name):
            raise EngineError(115, f"Code: 115. DB::Exception: Unknown setting {name!r}")
    return ", ".join(f"{name} = {literal(value)}" for name, value in settings.items())


def identifier(name: str) -> str:
    return _quoted(name, "`")


def literal(text: str) -> str:
    return _quoted(text, "'")


def _quoted(text: str, mark: str) -> str:
    return mark + text.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


async def read_body(receive: Receive) -> bytes | None:
    """The whole body, or nothing when it is larger than anything we would send."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX or message["type"] == "http.disconnect":
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


async def respond(send: Send, answer: Answer) -> None:
    headers = answer.headers | {"Content-Length": str(len(answer.body))}
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": answer.body})
