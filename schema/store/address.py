"""The address of an event store, taken apart: `chdb:///folder` or `clickhouse://host/database`."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from schema.errors import BadInput
from schema.settings import mask

EMBEDDED_PREFIX = "chdb://"
EMBEDDED_DATABASE = "default"
_PORTS = {"clickhouse": 8123, "clickhouses": 8443}

# Both end up unquoted in DDL, so they are plain words, which is all that ClickHouse users need.
_DATABASE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_CLUSTER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Embedded:
    """The engine inside this process, over a folder."""

    path: Path
    database: str = EMBEDDED_DATABASE
    cluster: None = None

    @property
    def label(self) -> str:
        return f"{EMBEDDED_PREFIX}{self.path}"


@dataclass(frozen=True, slots=True)
class Server:
    """A ClickHouse server, or one entrance of a cluster, over HTTP."""

    host: str
    port: int
    secure: bool
    user: str
    password: str
    database: str
    cluster: str | None
    label: str

    def __repr__(self) -> str:
        return f"Server({self.label!r})"


Address = Embedded | Server


def parse(dsn: str) -> Address:
    if dsn.startswith(EMBEDDED_PREFIX):
        return _embedded(dsn)
    parts = urlsplit(dsn)
    if parts.scheme in _PORTS:
        return _server(dsn, parts)
    raise BadInput(
        f"The event store {mask(dsn)!r} is not an address; use chdb:///folder or "
        "clickhouse://user:password@host:8123/database."
    )


def _embedded(dsn: str) -> Embedded:
    folder = dsn.removeprefix(EMBEDDED_PREFIX)
    if not folder.strip("/") or not folder.startswith("/"):
        raise BadInput(f"The event store {dsn!r} names no folder; use chdb:///absolute/folder.")
    if "?" in folder:
        raise BadInput(
            f"The event store {dsn!r} has options after '?'; the embedded store takes none."
        )
    # Three slashes and an absolute folder make four: all of them mean the same folder.
    return Embedded(Path("/" + folder.lstrip("/")))


def _server(dsn: str, parts: SplitResult) -> Server:
    shown = mask(dsn)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise BadInput(f"The event store {shown!r} has a port that is not 1 to 65535.") from None
    if not parts.hostname:
        raise BadInput(f"The event store {shown!r} names no host.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - {"cluster"}):
        raise BadInput(
            f"The event store {shown!r} has the unknown option {unknown[0]!r}; "
            "the only one is cluster."
        )
    database = parts.path.strip("/") or EMBEDDED_DATABASE
    if not _DATABASE_NAME.fullmatch(database):
        raise BadInput(
            f"The database {database!r} of the event store {shown!r} must be one word of "
            "letters, digits and underscores."
        )
    cluster = options.get("cluster")
    if cluster is not None and not _CLUSTER_NAME.fullmatch(cluster):
        raise BadInput(
            f"The cluster {cluster!r} of the event store {shown!r} must be a name from "
            "system.clusters."
        )
    return Server(
        host=parts.hostname,
        port=port,
        secure=parts.scheme == "clickhouses",
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=database,
        cluster=cluster,
        label=shown,
    )
