"""Every setting, in one table: environment `BALISE_…` over `balise.toml` over default.

Read once, at the door; wrong values are refused with a sentence; then passed down as an argument.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from schema import setting_values as values
from schema.errors import BadInput

PREFIX = "BALISE_"
FILE_NAME = "balise.toml"

LogLevel = Literal["debug", "info", "warning", "error"]


def _setting(
    default: str, kind: str, parse: values.Parse, help_text: str, *, secret: bool = False
) -> Any:
    return field(
        metadata={
            "default": default,
            "kind": kind,
            "parse": parse,
            "help": help_text,
            "secret": secret,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data: Path = _setting(
        "./var", "folder", values.path, "Where everything lives that must survive a restart."
    )
    clickhouse: str = _setting(
        "chdb:///$BALISE_DATA/events",
        "address",
        values.scheme(
            "clickhouse://user:password@host:8123/balise", "chdb", "clickhouse", "clickhouses"
        ),
        "Event store: `chdb:///folder` embedded, `clickhouse://user:password@host:8123/balise` a "
        "server (`clickhouses://` over TLS), with `?cluster=main` a cluster.",
        secret=True,
    )
    database: str = _setting(
        "sqlite:///$BALISE_DATA/balise.db",
        "address",
        values.scheme(
            "postgresql+psycopg://user:password@host/balise", "sqlite", "postgresql+psycopg"
        ),
        "Directory of accounts, cards, users: SQLite, or PostgreSQL when several machines write.",
        secret=True,
    )
    host: str = _setting("127.0.0.1", "address", values.text, "Address to listen on.")
    port: int = _setting("8000", "number", values.whole(1, 65_535), "TCP port to listen on.")
    public_url: str = _setting(
        "",
        "address",
        values.web_origin,
        "Where people reach this service, for links and QR codes. Empty: the host and port above.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        "",
        "networks",
        values.networks,
        "Proxies whose `X-Forwarded-For` is believed, separated by commas. Empty: none.",
    )
    geoip: Path | None = _setting(
        "",
        "file",
        values.optional_path,
        "An MMDB file (GeoLite2 City or DB-IP Lite). Empty: `geoip.mmdb` in the data folder, where "
        "`balise geoip` puts it; without one the country comes from the browser's time zone, and "
        "pages say so.",
    )
    geoip_key: str = _setting(
        "",
        "key",
        values.text,
        "Licence key of MaxMind, with which `balise geoip` fetches GeoLite2 City: `key`, or "
        "`account:key`. Empty: give it another address, or a file.",
        secret=True,
    )
    datacentres: Path | None = _setting(
        "",
        "file",
        values.optional_path,
        "A TOML file of networks to flag (`pipeline/enrich/networks.py` shows one). Empty: none.",
    )
    smtp: str = _setting(
        "",
        "address",
        values.mail_server,
        "Mail server. Empty: nothing is sent.",
        secret=True,
    )
    raw_days: int = _setting(
        "395", "days", values.whole(1, 760), "How long raw events are kept, at most 760."
    )
    rollup_months: int = _setting(
        "25", "months", values.whole(1, 25), "How long daily figures are kept, at most 25."
    )
    backup: str = _setting(
        "",
        "address",
        values.backup_place,
        "Where backups go: a folder, best on another disk, or `s3://bucket/prefix`.",
    )
    backup_at: time | None = _setting(
        "", "time", values.time_of_day, "When a backup is made each day, in UTC. Empty: never."
    )
    backup_days: int = _setting(
        "30",
        "days",
        values.whole(1, 395),
        "How long backups are kept; the last one stays. They hold what may have to be deleted "
        "meanwhile.",
    )
    s3_endpoint: str = _setting(
        "",
        "address",
        values.endpoint,
        "Of the S3-compatible service. Empty: Amazon's.",
    )
    s3_region: str = _setting("us-east-1", "word", values.text, "Region of the bucket.")
    s3_key: str = _setting("", "text", values.text, "Access key of the bucket.")
    s3_secret: str = _setting(
        "", "text", values.text, "The secret that belongs to it.", secret=True
    )
    spool_bytes_max: int = _setting(
        "2000000000",
        "bytes",
        values.whole(1_000_000, 10**13),
        "How much the spool may hold before visitors' scripts are told to try later.",
    )
    free_bytes_min: int = _setting(
        "200000000",
        "bytes",
        values.whole(0, 10**13),
        "Free disk space below which the collector stops taking events, before anything is lost.",
    )
    network_requests_s: int = _setting(
        "200",
        "requests/s",
        values.whole(1, 10**6),
        "How many requests a second are taken from one network (/24 or /48) by each collector "
        "process; ten seconds' worth may come at once. Beyond it: 429.",
    )
    card_requests_s: int = _setting(
        "200",
        "requests/s",
        values.whole(1, 10**6),
        "The same for one card, from everywhere together.",
    )
    log_level: LogLevel = _setting(
        "info", "word", values.one_of(*get_args(LogLevel)), "How much is written to the log."
    )

    @property
    def origin(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def places_file(self) -> Path:
        return self.geoip or self.data / "geoip.mmdb"

    @property
    def spool(self) -> Path:
        return self.data / "spool"

    @property
    def exports(self) -> Path:
        """Files that took long to make, until they are taken."""
        return self.data / "exports"

    @property
    def control_socket(self) -> Path:
        return self.data / "control.sock"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table, as the documentation and `doctor` show it."""

    name: str
    kind: str
    default: str
    help: str
    secret: bool
    parse: values.Parse

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(
        name=each.name,
        kind=each.metadata["kind"],
        default=each.metadata["default"],
        help=each.metadata["help"],
        secret=each.metadata["secret"],
        parse=each.metadata["parse"],
    )
    for each in fields(Settings)
)
_NAMES = frozenset(setting.name for setting in SETTINGS)


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings in force: `balise.toml` of the folder, overruled by the environment."""
    given = _from_file(folder / FILE_NAME) | _from_environ(environ)
    texts = {each.name: given.get(each.name, (each.default, "the default")) for each in SETTINGS}
    data_text = texts["data"][0]
    return Settings(
        **{each.name: _parse(each, *texts[each.name], data_text=data_text) for each in SETTINGS}
    )


_PASSWORD = re.compile(r"(?<=://)([^:/?#]*):[^?#]*@")
_QUERY_SECRET = re.compile(r"([?&](?:password|access_token|token)=)[^&#]*")


def mask(address: str) -> str:
    """An address without its secrets, for every output: password and query tokens are starred."""
    return _QUERY_SECRET.sub(r"\1***", _PASSWORD.sub(r"\1:***@", address))


def shown(setting: Setting, settings: Settings) -> str:
    value = getattr(settings, setting.name)
    if isinstance(value, tuple):
        return ",".join(value)
    return conceal(setting, "" if value is None else str(value))


def conceal(setting: Setting, text: str) -> str:
    """What may be printed of a value: of an address all but its password, of another secret that
    there is one."""
    if setting.secret and text and "://" not in text:
        return "***"
    return mask(text)


def _from_environ(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    given = {}
    for variable, value in environ.items():
        if variable.startswith(PREFIX):
            name = variable.removeprefix(PREFIX).lower()
            _known(name, variable, [each.variable for each in SETTINGS])
            given[name] = (value, variable)
    return given


def _from_file(path: Path) -> dict[str, tuple[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read as TOML: {error}. Mend or remove it.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    given = {}
    for name, value in table.items():
        _known(name, f"{name} in {path}", [each.name for each in SETTINGS])
        if isinstance(value, list):
            value = ",".join(map(str, value))
        if isinstance(value, bool | dict) or not isinstance(value, str | int):
            raise BadInput(f"{name} in {path} must be a text, a number or a list of texts.")
        given[name] = (str(value), f"{name} in {path}")
    return given


def _known(name: str, shown_name: str, spellings: list[str]) -> None:
    if name in _NAMES:
        return
    typed = shown_name.split(" ")[0]
    near = get_close_matches(typed, spellings, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(spellings)}."
    raise BadInput(f"Unknown setting {shown_name}.{hint}")


def _parse(setting: Setting, text: str, source: str, *, data_text: str) -> Any:
    folder = str(Path(data_text).expanduser().absolute())
    text = text.replace("$BALISE_DATA", folder) if setting.name != "data" else text
    try:
        return setting.parse(text)
    except ValueError as error:
        value = conceal(setting, text)
        raise BadInput(f"{source} is {value!r}; it must be {error}.") from None
