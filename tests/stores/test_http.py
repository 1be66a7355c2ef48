"""The wire itself, as clickhouse-connect sees it."""

import pytest
from urllib3.filepost import encode_multipart_formdata

from schema.store.embedded import EmbeddedStore
from schema.store.http import Call, answer, clickhouse_app, parse, without_form
from schema.testing.loop import run


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    store = EmbeddedStore(tmp_path_factory.mktemp("http"))
    store.run("CREATE TABLE t (n UInt8, text String) ENGINE = MergeTree ORDER BY n")
    yield store.path
    store.close()


def request(path, body=b"", query=b"", method="POST", target="/"):
    """One request through the ASGI app; its status, headers and body."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": target, "query_string": query}
    run(clickhouse_app(path)(scope, receive, send))
    start, end = sent
    return start["status"], dict(start["headers"]), end["body"]


def test_a_request_is_taken_apart():
    query = b"database=d&param_x=a%5Ctb&max_threads=2&wait_end_of_query=1&query_id=q&readonly=1"

    assert parse(query, b"SELECT 1") == Call(
        sql=b"SELECT 1",
        params={"x": "a\\tb"},
        settings={"max_threads": "2", "readonly": "1"},
        database="d",
    )


def test_parameters_too_long_for_an_address_come_in_a_form():
    given = {"query": "SELECT {x:String}\nFORMAT TSV", "param_x": "é '\\\n" * 5_000, "param_y": ""}
    body, kind = encode_multipart_formdata(given)
    call = parse(*without_form(b"readonly=1", {b"content-type": kind.encode()}, body))
    assert call.sql == given["query"].encode()
    assert call.params == {"x": given["param_x"], "y": ""}
    assert call.settings == {"readonly": "1"}


def test_a_statement_may_be_in_the_address_and_its_data_in_the_body():
    assert (
        parse(b"query=INSERT+INTO+t+FORMAT+CSV", b"1,a\n").sql == b"INSERT INTO t FORMAT CSV\n1,a\n"
    )


def test_ping_answers_without_the_engine(path):
    assert request(path, method="GET", target="/ping")[::2] == (200, b"Ok.\n")


def test_an_answer_tells_its_format_length_and_time_zone(path):
    status, headers, body = request(path, b"SELECT 1 FORMAT JSONEachRow", b"session_timezone=UTC")

    assert (status, body) == (200, b'{"1":1}\n')
    assert headers[b"x-clickhouse-format"] == b"JSONEachRow"
    assert headers[b"x-clickhouse-timezone"] == b"UTC"
    assert headers[b"content-length"] == b"8"


def test_a_question_without_format_is_answered_in_tabs_and_a_command_with_nothing(path):
    _, headers, body = request(path, b"SELECT 1, 'a'")
    assert (headers[b"x-clickhouse-format"], body) == (b"TabSeparated", b"1\ta\n")

    _, headers, body = request(path, b"CREATE TABLE IF NOT EXISTS t (n UInt8) ENGINE = Memory")
    assert (b"x-clickhouse-format" in headers, body) == (False, b"")


@pytest.mark.parametrize(
    ("sql", "status", "code"),
    [
        (b"SELEC 1 FROM t", 400, b"62"),
        (b"SELECT * FROM nowhere", 404, b"60"),
        (b"SELECT throwIf(1)", 500, b"395"),
        (b"INSERT INTO t FORMAT CSV\nnot a number,a\n", 500, b"27"),
    ],
)
def test_an_error_has_its_code_in_a_header(path, sql, status, code):
    told, headers, body = request(path, sql)

    assert (told, headers[b"x-clickhouse-exception-code"]) == (status, code)
    assert b"DB::Exception" in body


@pytest.mark.parametrize("query", [b"no_such_setting=1", b"x%3D1,readonly=1", b"database=nowhere"])
def test_a_wrong_setting_or_database_is_an_error(path, query):
    status, headers, _ = request(path, b"SELECT 1", query)

    assert status in (400, 404, 500)
    assert headers[b"x-clickhouse-exception-code"] in (b"115", b"81")


def test_settings_end_with_their_request(path):
    sql = b"SELECT getSetting('max_threads') = 7, getSetting('log_comment')"

    assert request(path, sql, b"max_threads=7&log_comment=it%27s%5C")[2] == b"1\tit\\'s\\\\\n"
    assert request(path, sql)[2] == b"0\t\n"


@pytest.mark.parametrize("query", [b"readonly=1&max_threads=1", b"max_threads=1&readonly=1"])
def test_readonly_refuses_to_write_wherever_it_stands(path, query):
    assert request(path, b"SELECT 1", query)[0] == 200
    for sql in (b"INSERT INTO t FORMAT CSV\n1,a\n", b"DROP TABLE t", b"SET readonly = 0"):
        status, headers, _ = request(path, sql, query)
        assert (status, headers[b"x-clickhouse-exception-code"]) == (403, b"164")


def test_parameters_are_values(path):
    query = b"param_x=1%27+OR+1&param_y=a%5Ctb"

    assert request(path, b"SELECT {x:String}, {y:String}", query)[2] == b"1\\' OR 1\ta\\tb\n"


@pytest.mark.parametrize(
    "insert", [b"INSERT INTO t FORMAT CSV\n", b"insert into t (`n`, `text`)\nformat CSV "]
)
def test_data_of_any_size_follows_an_insert(path, insert):
    answer(path, parse(b"", b"TRUNCATE TABLE t"))
    rows = 300_000

    assert request(path, insert + b'7,"a\tb"\n' * rows)[0] == 200
    assert request(path, b"SELECT count(), any(text) FROM t")[2] == b"%d\ta\\tb\n" % rows


def test_values_can_be_inserted_by_hand(path):
    answer(path, parse(b"", b"TRUNCATE TABLE t"))
    request(path, b"INSERT INTO t VALUES (1, ' FORMAT CSV ')")

    assert request(path, b"SELECT * FROM t")[2] == b"1\t FORMAT CSV \n"


@pytest.mark.parametrize(("method", "target"), [("GET", "/"), ("PUT", "/"), ("POST", "/other")])
def test_anything_else_is_refused(path, method, target):
    status, headers, _ = request(path, b"SELECT 1", method=method, target=target)

    assert (status, headers[b"x-clickhouse-exception-code"]) == (500, b"48")


def test_a_body_without_end_is_refused_and_not_kept(path, monkeypatch):
    monkeypatch.setattr("schema.store.http.BODY_BYTES_MAX", 10)

    assert request(path, b"SELECT 1, 2, 3")[0] == 500
