from pathlib import Path

import pytest

from schema.errors import BadInput
from schema.store.address import Embedded, Server, parse


@pytest.mark.parametrize("slashes", ["///", "////"])
def test_three_slashes_and_an_absolute_folder_mean_the_folder(slashes):
    assert parse(f"chdb:{slashes}srv/balise/events") == Embedded(Path("/srv/balise/events"))


def test_a_folder_may_have_spaces_and_percents():
    assert parse("chdb:////srv/my data/100%20/events").path == Path("/srv/my data/100%20/events")


def test_a_server_is_taken_apart():
    address = parse("clickhouse://anne:p%40ss@ch.example.fr:9123/balise?cluster=main")

    assert address == Server(
        host="ch.example.fr",
        port=9123,
        secure=False,
        user="anne",
        password="p@ss",
        database="balise",
        cluster="main",
        label="clickhouse://anne:***@ch.example.fr:9123/balise?cluster=main",
    )


@pytest.mark.parametrize(
    ("dsn", "port", "secure"), [("clickhouse://h", 8123, False), ("clickhouses://h", 8443, True)]
)
def test_what_is_left_out_is_what_clickhouse_uses(dsn, port, secure):
    address = parse(dsn)

    assert (address.port, address.secure) == (port, secure)
    assert (address.user, address.password, address.database) == ("default", "", "default")
    assert address.cluster is None


def test_no_password_is_shown():
    address = parse("clickhouse://anne:s3cret@h/balise")

    assert "s3cret" not in address.label + repr(address) + str(address)


@pytest.mark.parametrize(
    ("dsn", "words"),
    [
        ("", "not an address"),
        ("/srv/events", "not an address"),
        ("mysql://anne:s3cret@h/db", "not an address"),
        ("chdb://", "no folder"),
        ("chdb:///", "no folder"),
        ("chdb://memory", "no folder"),
        ("chdb:///srv/events?cluster=main", "takes none"),
        ("clickhouse://", "no host"),
        ("clickhouse://anne:s3cret@/balise", "no host"),
        ("clickhouse://h:99999/balise", "port"),
        ("clickhouse://h:port/balise", "port"),
        ("clickhouse://anne:s3cret@h/balise?clutser=main", "'clutser'"),
        ("clickhouse://h/bal ise", "'bal ise'"),
        ("clickhouse://h/a/b", "'a/b'"),
        ("clickhouse://h/balise?cluster=", "cluster ''"),
        ("clickhouse://h/balise?cluster=x'y", "cluster"),
    ],
)
def test_nonsense_is_refused_with_a_sentence_that_names_it(dsn, words):
    with pytest.raises(BadInput, match="event store") as refused:
        parse(dsn)

    assert words in str(refused.value)
    assert "s3cret" not in str(refused.value)
