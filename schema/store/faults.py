"""What goes wrong in an engine, as one of our three errors and one clear sentence.

The difference matters to the shipper: what is *refused* is the rows' fault and goes to quarantine,
what is *unavailable* stays in the spool and is tried again. When in doubt, unavailable: waiting
loses nothing.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from schema.errors import BaliseError
from schema.store import StoreRefused, StoreUnavailable

TRANSIENT = frozenset(
    {
        74,  # CANNOT_READ_FROM_FILE_DESCRIPTOR: the disk
        75,  # CANNOT_WRITE_TO_FILE_DESCRIPTOR: the disk, mostly full
        76,  # CANNOT_OPEN_FILE: too many open files, or rights
        159,  # TIMEOUT_EXCEEDED
        192,  # UNKNOWN_USER
        193,  # WRONG_PASSWORD
        198,  # DNS_ERROR
        201,  # QUOTA_EXCEEDED
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        203,  # NO_FREE_CONNECTION
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        225,  # NO_ZOOKEEPER
        236,  # ABORTED: the server is going down
        241,  # MEMORY_LIMIT_EXCEEDED
        242,  # TABLE_IS_READ_ONLY: a replica lost its keeper
        243,  # NOT_ENOUGH_SPACE
        252,  # TOO_MANY_PARTS: merges must catch up
        279,  # ALL_CONNECTION_TRIES_FAILED
        285,  # TOO_FEW_LIVE_REPLICAS
        286,  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
        289,  # REPLICA_IS_NOT_IN_QUORUM
        319,  # UNKNOWN_STATUS_OF_INSERT
        341,  # UNFINISHED
        369,  # ALL_REPLICAS_ARE_STALE
        394,  # QUERY_WAS_CANCELLED
        425,  # SYSTEM_ERROR
        473,  # DEADLOCK_AVOIDED
        497,  # ACCESS_DENIED
        516,  # AUTHENTICATION_FAILED
        999,  # KEEPER_EXCEPTION
        1000,  # POCO_EXCEPTION: sockets and files
        1001,  # STD_EXCEPTION: files, memory
    }
)
"""ClickHouse codes that say nothing about the statement: the same call may succeed later."""

NOT_THE_ROWS = frozenset(
    {
        16,  # NO_SUCH_COLUMN_IN_TABLE
        60,  # UNKNOWN_TABLE
        81,  # UNKNOWN_DATABASE
        115,  # UNKNOWN_SETTING
        164,  # READONLY
    }
)
"""For an insert these mean that the schema is not what the program expects (migrations are
missing, or the user may not write): the rows are innocent."""

_REASON_CHARS_MAX = 300
_CODE = re.compile(r"Code: \d+\. ")
_NOISE = re.compile(r"DB::Exception: |Code: \d+\. |Received ClickHouse exception, code: \d+, ")
_TAIL = re.compile(
    r"(, )?(Stack trace|Expected one of:).*|\(version [^()]*(\([^()]*\))?[^()]*\)", re.DOTALL
)
_NAME = re.compile(r"\s*\([A-Z][A-Z0-9_]+\)(?=\s*$|\. )")


@contextmanager
def explained(label: str, *, inserting: bool = False) -> Iterator[None]:
    """Whatever the client raises inside leaves as a `StoreRefused` or a `StoreUnavailable`."""
    from clickhouse_connect.driver.exceptions import ClickHouseError

    try:
        yield
    except ClickHouseError as error:
        raise explanation(error, label, inserting=inserting) from None
    except OSError as error:
        told = error.strerror or error
        raise StoreUnavailable(f"The event store {label} cannot work: {told}.") from None


def explanation(error: Exception, label: str, *, inserting: bool = False) -> BaliseError:
    from clickhouse_connect.driver.exceptions import DataError, NotSupportedError

    code: int | None = getattr(error, "code", None)
    if code is None and not isinstance(error, DataError | NotSupportedError):
        return StoreUnavailable(
            f"The event store {label} does not answer ({_origin(error)}); "
            "check that it runs and that its address is right."
        )
    if code in TRANSIENT or (inserting and code in NOT_THE_ROWS):
        return StoreUnavailable(
            f"The event store {label} cannot do this now: {reason(str(error))} (code {code})."
        )
    return StoreRefused(f"The event store {label} refuses: {reason(str(error))} (code {code}).")


def _origin(error: BaseException) -> str:
    """What happened underneath: the client's own words only say that a request failed."""
    while error.__cause__ is not None:
        error = error.__cause__
    told = error.strerror if isinstance(error, OSError) else None
    return told or reason(str(error))


def reason(text: str) -> str:
    """The part of an engine's message that a person can use, on one line."""
    if found := _CODE.search(text):
        text = text[found.start() :]
    text = _NAME.sub("", _TAIL.sub("", _NOISE.sub("", text)))
    text = " ".join(text.split()).rstrip(". ,:")
    return text if len(text) <= _REASON_CHARS_MAX else text[: _REASON_CHARS_MAX - 1] + "…"
