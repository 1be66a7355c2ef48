import pytest
from clickhouse_connect.driver.exceptions import (
    DatabaseError,
    DataError,
    OperationalError,
    ProgrammingError,
)

from schema.store import StoreRefused, StoreUnavailable
from schema.store.faults import TRANSIENT, explained, explanation, reason


@pytest.mark.parametrize("code", sorted(TRANSIENT))
def test_what_says_nothing_about_the_statement_can_be_tried_again(code):
    assert isinstance(explanation(DatabaseError("x", code=code), "here"), StoreUnavailable)


@pytest.mark.parametrize("code", [6, 27, 33, 47, 53, 62, 117, 131, 321, 395])
def test_what_is_the_statements_fault_is_refused(code):
    for inserting in (False, True):
        error = explanation(DatabaseError("x", code=code), "here", inserting=inserting)
        assert isinstance(error, StoreRefused)


@pytest.mark.parametrize("code", [16, 60, 81, 164])
def test_a_schema_that_is_not_there_is_not_the_fault_of_the_rows(code):
    error = DatabaseError("x", code=code)

    assert isinstance(explanation(error, "here"), StoreRefused)
    assert isinstance(explanation(error, "here", inserting=True), StoreUnavailable)


@pytest.mark.parametrize("kind", [OperationalError, DatabaseError, ProgrammingError])
def test_without_a_code_from_the_engine_waiting_is_the_safe_answer(kind):
    assert isinstance(explanation(kind("502 Bad Gateway"), "here"), StoreUnavailable)


def test_a_value_that_the_client_itself_cannot_write_is_refused():
    assert isinstance(explanation(DataError("not a number"), "here"), StoreRefused)


def test_the_cause_underneath_is_told():
    error = OperationalError("Error executing HTTP request")
    error.__cause__ = ConnectionRefusedError(111, "Connection refused")

    told = str(explanation(error, "here"))

    assert told.startswith("The event store here does not answer (Connection refused);")


def test_a_full_disk_for_temporary_files_is_told():
    with pytest.raises(StoreUnavailable, match="No space left on device"), explained("here"):
        raise OSError(28, "No space left on device")


def test_mistakes_of_our_own_stay_what_they_are():
    with pytest.raises(ZeroDivisionError), explained("here"):
        _ = 1 / 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Code: 60. DB::Exception: No table x. (UNKNOWN_TABLE)", "No table x"),
        (
            "Received ClickHouse exception, code: 60, server response: Code: 60. DB::Exception: "
            "No table x. (UNKNOWN_TABLE) (version 26.9.2.1 (official build))",
            "No table x",
        ),
        (
            "Unable to open: Code: 6. DB::Exception: Code: 6. DB::Exception: bad, Stack trace "
            "(when copying this message, always include the lines below):\n\n0. DB::Exception()",
            "bad",
        ),
        ("Syntax error: failed at 1: x. Expected one of: OR, AND", "Syntax error: failed at 1: x"),
        ("two\n lines\t here", "two lines here"),
        ("x" * 1000, "x" * 299 + "…"),
        ("", ""),
    ],
)
def test_only_what_a_person_can_use_is_kept_of_a_message(text, expected):
    assert reason(text) == expected
