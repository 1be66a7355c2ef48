"""What every event store promises, checked on all of them."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import count
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from schema.store import StoreRefused, StoreUnavailable
from schema.testing.clickhouse import PASSWORD

NASTY = [
    "",
    "a\tb\nc\r\0",
    "'; DROP TABLE x; --",
    'back\\slash "q" `t` {x:Int8} %s',
    "Zoé 👍\u202f!",
]
NOON = datetime(2026, 11, 20, 12, 0, 0, 123000, tzinfo=UTC)

_numbers = count()


@pytest.fixture
def table(store):
    """An empty table with the settings of `events`."""
    name = f"t{next(_numbers)}"
    store.run(
        f"CREATE TABLE {name} (at DateTime64(3, 'UTC'), n UInt64, text LowCardinality(String))"
        " ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (at, n) SETTINGS"
        " fsync_after_insert = 1, non_replicated_deduplication_window = 100"
    )
    return name


def some_rows(numbers, at=NOON, text=""):
    numbers = list(numbers)
    return pl.DataFrame(
        {"at": [at] * len(numbers), "n": numbers, "text": [text] * len(numbers)},
        schema={"at": pl.Datetime("ms", "UTC"), "n": pl.UInt64, "text": pl.String},
    )


def stored(store, table):
    return [n for (n,) in store.rows(f"SELECT n FROM {table} ORDER BY n")]


def one_sentence(error, *words):
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 500
    assert text.endswith(".")
    for noise in ("DB::", "Stack trace", "0x", "http://", PASSWORD, "(version"):
        assert noise not in text
    for word in words:
        assert word in text
    return True


def test_tells_its_engine_version(store):
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", store.version())


def test_what_is_inserted_comes_back_equal_as_a_frame(store, table):
    frame = pl.concat(some_rows([n], text=text) for n, text in enumerate(NASTY))
    frame = pl.concat([frame, some_rows([2**64 - 1])])

    store.insert(table, frame, token="nasty")

    assert store.frame(f"SELECT at, n, text FROM {table} ORDER BY n").equals(frame)


def test_what_is_inserted_comes_back_equal_as_rows(store, table):
    store.insert(table, some_rows([2**64 - 1], text=NASTY[1]), token="row")

    assert store.rows(f"SELECT at, n, text, toDate(at) FROM {table}") == [
        (NOON, 2**64 - 1, NASTY[1], date(2026, 11, 20))
    ]


def test_an_empty_answer_keeps_its_columns(store, table):
    assert store.frame(f"SELECT * FROM {table}").schema == some_rows([]).schema
    assert store.rows(f"SELECT * FROM {table}") == []


def test_columns_go_by_name_and_missing_ones_get_their_default(store, table):
    store.insert(table, pl.DataFrame({"n": [7]}), token="few")

    assert store.rows(f"SELECT toUnixTimestamp64Milli(at), n, text FROM {table}") == [(0, 7, "")]


def test_inserting_no_row_is_fine(store, table):
    store.insert(table, some_rows([]), token="none")

    assert stored(store, table) == []


@pytest.mark.parametrize("text", NASTY)
def test_a_parameter_is_a_value_and_never_sql(store, text):
    sql = "SELECT {x:String}, length({x:String})"

    assert store.rows(sql, {"x": text}) == [(text, len(text.encode()))]
    assert store.frame(sql, {"x": text}).row(0) == (text, len(text.encode()))
    assert store.ask(sql, {"x": text}).row(0) == (text, len(text.encode()))


def test_a_list_can_be_a_parameter(store):
    sql = "SELECT arrayJoin({x:Array(String)})"

    assert [text for (text,) in store.rows(sql, {"x": NASTY})] == NASTY


@pytest.mark.parametrize("kind", ["DateTime64(3, 'UTC')", "DateTime64(3)"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Pacific/Tahiti"])
def test_an_instant_as_parameter_is_the_same_instant_in_any_zone(store, table, zone, kind):
    store.insert(table, some_rows([1]), token="instant")

    assert store.rows(
        f"SELECT n FROM {table} WHERE at = {{at:{kind}}}",
        {"at": NOON.astimezone(ZoneInfo(zone))},
    ) == [(1,)]


def test_dates_do_not_depend_on_the_machines_zone(store):
    assert store.rows("SELECT timezone(), toDateTime('2026-11-20 12:00:00')") == [
        ("UTC", NOON.replace(microsecond=0))
    ]


def test_run_can_take_parameters(store, table):
    store.run(f"INSERT INTO {table} (n, text) SELECT {{n:UInt64}}, 'run'", {"n": 5})

    assert stored(store, table) == [5]


def test_the_same_token_again_stores_nothing(store, table):
    store.insert(table, some_rows([1, 2]), token="a")
    store.insert(table, some_rows([1, 2]), token="a")
    store.insert(table, some_rows([3]), token="a")
    store.insert(table, some_rows([4]), token="b")

    assert stored(store, table) == [1, 2, 4]


def test_an_insert_is_never_acknowledged_from_a_buffer(store):
    """The engine's default has become to buffer; a column that notes the setting shows ours."""
    store.run(
        "CREATE TABLE buffered (n UInt8, async Bool DEFAULT getSetting('async_insert'))"
        " ENGINE = MergeTree ORDER BY n"
    )
    store.insert("buffered", pl.DataFrame({"n": [1]}), token="a")

    assert store.rows("SELECT async FROM buffered") == [(False,)]


def test_equal_rows_under_two_tokens_are_both_stored(store, table):
    store.insert(table, some_rows([1]), token="a")
    store.insert(table, some_rows([1]), token="b")

    assert stored(store, table) == [1, 1]


def test_a_token_covers_all_the_months_of_its_batch(store, table):
    months = [some_rows([n], at=datetime(2026, n, 1, tzinfo=UTC)) for n in (9, 10, 11)]

    for _ in range(2):
        store.insert(table, pl.concat(months), token="months")

    assert stored(store, table) == [9, 10, 11]


def test_a_batch_of_several_blocks_is_stored_once(store, table):
    """More rows than the engine takes in one block."""
    numbers = pl.DataFrame({"n": pl.int_range(1_200_000, dtype=pl.UInt64, eager=True)})

    for _ in range(2):
        store.insert(table, numbers, token="blocks")

    assert store.rows(f"SELECT count(), uniqExact(n) FROM {table}") == [(1_200_000, 1_200_000)]


def test_a_poison_row_is_refused_with_its_whole_batch(store, table):
    poison = pl.DataFrame({"n": ["1", "two"]})

    with pytest.raises(StoreRefused) as refused:
        store.insert(table, poison, token="poison")

    assert one_sentence(refused, "two", "code 6")
    assert stored(store, table) == []


def test_rows_are_innocent_of_a_missing_table_or_column(store, table):
    with pytest.raises(StoreUnavailable) as missing:
        store.insert("nowhere", some_rows([1]), token="t")
    assert one_sentence(missing, "nowhere")

    with pytest.raises(StoreUnavailable) as missing:
        store.insert(table, pl.DataFrame({"extra": [1]}), token="t")
    assert one_sentence(missing, "extra")


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELEC 1 FROM x WHERE", "FROM x"),
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT nothing FROM system.one", "nothing"),
        ("SELECT {x:Int8}", "x"),
        ("SELECT throwIf(1, 'told so')", "told so"),
    ],
)
def test_wrong_sql_is_refused_in_one_sentence(store, sql, word):
    for call in (store.frame, store.rows, store.run, store.ask):
        with pytest.raises(StoreRefused) as refused:
            call(sql)
        assert one_sentence(refused, word)


def test_a_wrong_parameter_is_refused(store):
    with pytest.raises(StoreRefused) as refused:
        store.rows("SELECT {x:Int8}", {"x": "1 OR 1"})

    assert one_sentence(refused, "1 OR 1")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE made (n Int8) ENGINE = Memory",
        "INSERT INTO {table} (n) VALUES (1)",
        "ALTER TABLE {table} DELETE WHERE 1",
        "DROP TABLE {table}",
        "SET readonly = 0",
        "SELECT 1 SETTINGS readonly = 0",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:9/', 'LineAsString')",
        "SELECT 1 INTO OUTFILE '/tmp/outfile-of-a-question'",
    ],
)
def test_a_question_can_only_read(store, table, sql):
    store.insert(table, some_rows([1]), token="kept")

    with pytest.raises(StoreRefused) as refused:
        store.ask(sql.replace("{table}", table))

    assert one_sentence(refused)
    assert stored(store, table) == [1]


def test_a_question_may_end_with_a_semicolon_and_leaves_the_store_writable(store, table):
    assert store.ask(f"SHOW TABLES LIKE '{table}' ; \n").row(0) == (table,)

    store.insert(table, some_rows([1]), token="after")
    assert stored(store, table) == [1]


def test_threads_share_a_store(store, table):
    def insert_and_count(number):
        store.insert(table, some_rows([number]), token=str(number))
        return store.rows(f"SELECT count() FROM {table} WHERE n = {{n:UInt64}}", {"n": number})

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(insert_and_count, range(60))) == [[(1,)]] * 60

    assert stored(store, table) == list(range(60))


def test_a_month_can_be_replaced_at_once(store, table):
    """What the rollup swap stands on."""
    store.insert(table, some_rows([1]), token="old")
    store.run(f"CREATE TABLE {table}_next AS {table}")
    store.insert(f"{table}_next", some_rows([2, 3]), token="new")

    store.run(f"ALTER TABLE {table} REPLACE PARTITION 202611 FROM {table}_next")

    assert stored(store, table) == [2, 3]


def test_the_settings_of_a_statement_end_with_it(store):
    store.rows("SELECT 1 SETTINGS max_threads = 1")

    assert store.rows("SELECT getSetting('readonly')") == [(0,)]
