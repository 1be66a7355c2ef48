"""Everything that can be wrong with an installation: a check each, and a remedy beside each fault.

A check is a function of the settings and the time that returns a `Finding`, and changes nothing.
`CHECKS` is the list a reader scans.
"""

import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from balise.folder import writable
from schema import mail
from schema.clock import Clock
from schema.days import zone_names
from schema.errors import BaliseError, Unavailable
from schema.settings import Settings, mask
from schema.store import StoreBusy, StoreMissing

State = Literal["ok", "note", "fault"]

GEOIP_DAYS_MAX = 60
SMTP_SECONDS_MAX = 5
CLOCK_MS_MAX = 5_000
FRENCH_ZONES = (
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "America/Miquelon",
    "America/Port_of_Spain",
    "Indian/Reunion",
    "Indian/Mayotte",
    "Indian/Kerguelen",
    "Pacific/Tahiti",
    "Pacific/Marquesas",
    "Pacific/Gambier",
    "Pacific/Noumea",
    "Pacific/Wallis",
)


class Finding(NamedTuple):
    state: State
    says: str
    remedy: str = ""


Check = Callable[[Settings, Clock], Finding]

MISSING = Finding("fault", "there is none yet", "run `balise init`")


def data_folder(settings: Settings, clock: Clock) -> Finding:
    folder = settings.data
    if not folder.exists():
        return Finding("fault", f"{folder} does not exist", "run `balise init`")
    if not folder.is_dir():
        return Finding("fault", f"{folder} is a file", "name a folder with BALISE_DATA")
    if not writable(folder):
        return Finding("fault", f"{folder} is not writable", "give this user the right to write")
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        remedy = f"run `chmod 700 {folder}`"
        return Finding("fault", f"{folder} can be read by others (mode {mode:o})", remedy)
    return Finding("ok", f"{folder} is writable, and closed to others")


def disk_space(settings: Settings, clock: Clock) -> Finding:
    folder = next(
        path for path in (settings.data, *settings.data.absolute().parents) if path.exists()
    )
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB free"
    if free < settings.free_bytes_min:
        return Finding(
            "fault",
            f"{says}, under BALISE_FREE_BYTES_MIN: events are refused",
            "free some space, or move the data folder",
        )
    if free < settings.free_bytes_min + settings.spool_bytes_max:
        return Finding("note", f"{says}, less than a full spool needs", "plan for more space")
    return Finding("ok", says)


def event_store(settings: Settings, clock: Clock) -> Finding:
    from schema.store.opening import reach_store

    try:
        with closing(reach_store(settings, create=False)) as store:
            return Finding("ok", f"{store.label} answers, engine {store.version()}")
    except StoreMissing:
        return MISSING
    except StoreBusy as error:
        return Finding("fault", str(error), "run `balise doctor` again when that has ended")
    except BaliseError as error:
        return Finding("fault", str(error), "start the store, or mend BALISE_CLICKHOUSE")


def event_schema(settings: Settings, clock: Clock) -> Finding:
    from schema.migrate import pending
    from schema.store.address import parse
    from schema.store.opening import reach_store

    try:
        with closing(reach_store(settings, create=False, patience_s=0)) as store:
            return _schema(pending(store, parse(settings.clickhouse)))
    except StoreMissing:
        return MISSING
    except Unavailable:
        return Finding("fault", "unknown: the event store is out of reach", "see above")
    except BaliseError as error:
        return Finding("fault", str(error), "run the version of Balise that wrote it")


def directory(settings: Settings, clock: Clock) -> Finding:
    from schema.directory.database import NoDirectory, open_directory
    from schema.directory.upgrade import NewerSchema, pending

    try:
        with closing(open_directory(settings.database, create=False)) as opened:
            return _schema(pending(opened))
    except NoDirectory:
        return MISSING
    except NewerSchema as error:
        return Finding("fault", str(error), "run the version of Balise that wrote it")
    except BaliseError as error:
        return Finding("fault", str(error), "start the database, or mend BALISE_DATABASE")


def jobs(settings: Settings, clock: Clock) -> Finding:
    """How the last run of each job went, as the running service wrote it down."""
    from sqlalchemy.exc import DBAPIError

    from schema.directory import runs
    from schema.directory.database import open_directory

    try:
        with (
            closing(open_directory(settings.database, create=False)) as opened,
            opened.read() as conn,
        ):
            last = runs.latest(conn)
    except (BaliseError, DBAPIError):
        return Finding("note", "unknown: the directory cannot be asked")
    failed = [f"{run.job}: {run.error}" for run in last if run.error]
    if failed:
        return Finding("fault", f"failed in their last run: {'; '.join(failed)}", "read the log")
    if not last:
        return Finding("note", "none has run yet; they run under `serve` and `work`")
    return Finding("ok", f"all is well with {', '.join(run.job for run in last)}")


def backups(settings: Settings, clock: Clock) -> Finding:
    if settings.backup_at is None:
        return Finding("note", "none is made by itself: BALISE_BACKUP_AT is empty")
    if not settings.backup:
        return Finding("fault", "BALISE_BACKUP_AT says when, nothing where", "set BALISE_BACKUP")
    return Finding("ok", f"each day at {settings.backup_at:%H:%M} UTC, in {mask(settings.backup)}")


def geoip_file(settings: Settings, clock: Clock) -> Finding:
    path = settings.places_file
    if settings.geoip is None and not path.exists():
        return Finding("note", "no file: countries come from the browser's time zone, no cities")
    if not path.is_file():
        return Finding(
            "fault", f"there is no file at {path}", "run `balise geoip`, or empty BALISE_GEOIP"
        )
    from pipeline.enrich.places_file import facts_of

    try:
        facts = facts_of(path)
    except BaliseError:
        return Finding("fault", f"{path} is not a whole file of places", "run `balise geoip`")
    days = facts.age_days(clock())
    says = f"{facts.kind} in {path}, {days} days old"
    if days > GEOIP_DAYS_MAX:
        return Finding("note", says, "run `balise geoip` for a newer one: places move")
    return Finding("ok", says)


def mail_server(settings: Settings, clock: Clock) -> Finding:
    if not settings.smtp:
        return Finding("note", "no mail server: nothing is sent")
    host = mail.host_of(settings.smtp)
    try:
        with mail.connected(settings.smtp, seconds_max=SMTP_SECONDS_MAX) as server:
            server.noop()
    except OSError as error:  # an SMTPException is one
        says = f"{host} does not answer ({mail.reason(error)})"
        return Finding("fault", says, "start the mail server, or mend BALISE_SMTP")
    return Finding("ok", f"{host} answers")


def time_zones(settings: Settings, clock: Clock) -> Finding:
    missing = sorted(set(FRENCH_ZONES) - zone_names())
    if missing:
        return Finding("fault", f"no data for {', '.join(missing)}", "install `tzdata` again")
    return Finding("ok", f"{len(zone_names())} zones known")


def system_clock(settings: Settings, clock: Clock) -> Finding:
    """A clock behind the newest file of the data folder has stepped back, or was never right. One
    that is ahead shows only beside another machine's: that of the event store, if it has one."""
    now_ms = clock()
    server_ms = _server_ms(settings)
    newest_ms = max(_changed_ms(settings.data), default=0)
    shown = f"{datetime.fromtimestamp(now_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    if newest_ms > now_ms + CLOCK_MS_MAX:
        behind = (newest_ms - now_ms) // 1000
        says = f"{shown}, {behind} s behind the newest file in {settings.data}"
        return Finding("fault", says, "set the clock, and keep it with NTP")
    if server_ms is not None and abs(now_ms - server_ms) > CLOCK_MS_MAX:
        apart = (
            f"{abs(now_ms - server_ms) // 1000} s {'ahead of' if now_ms > server_ms else 'behind'}"
        )
        says = f"{shown}, {apart} the event store's server"
        return Finding("fault", says, "set the clock that is wrong, and keep both with NTP")
    return Finding("ok", shown)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("data folder", data_folder),
    ("disk space", disk_space),
    ("event store", event_store),
    ("event store schema", event_schema),
    ("directory", directory),
    ("jobs", jobs),
    ("backups", backups),
    ("places file", geoip_file),
    ("mail server", mail_server),
    ("time zones", time_zones),
    ("clock", system_clock),
)


def examine(settings: Settings, clock: Clock) -> list[tuple[str, Finding]]:
    return [(name, _tried(check, settings, clock)) for name, check in CHECKS]


def _tried(check: Check, settings: Settings, clock: Clock) -> Finding:
    """What this user may not look at is a fault of its own, and the other checks go on."""
    try:
        return check(settings, clock)
    except OSError as error:
        says = f"{error.filename or 'something'} cannot be looked at ({error.strerror})"
        return Finding("fault", says, "run `balise doctor` as the user who runs Balise")


def _schema(pending: list[str]) -> Finding:
    if pending:
        return Finding("fault", f"to be applied: {', '.join(pending)}", "run `balise migrate`")
    return Finding("ok", "up to date")


def _server_ms(settings: Settings) -> int | None:
    """What time it is for the event store's server; nothing where the engine is embedded."""
    from schema.store.address import Embedded, parse
    from schema.store.opening import reach_store

    if isinstance(parse(settings.clickhouse), Embedded):
        return None
    with suppress(BaliseError), closing(reach_store(settings, create=False)) as store:
        [(now_ms,)] = store.rows("SELECT toUnixTimestamp64Milli(now64(3))")
        return int(now_ms)
    return None


def _changed_ms(folder: Path) -> Iterator[int]:
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # a running server makes files and removes them
            yield int(path.stat().st_mtime * 1000)
