"""Makes the files that take long, one at a time, on a thread of its own.

What is to be made stands in the directory, so a restart forgets nothing: a job that was cut short
is begun again. A lease keeps two processes from making the same one. Files have mode 0600 and no
name but the id of their job; one that no job knows any more is deleted within seconds.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast
from urllib.parse import parse_qsl

import structlog
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException

from dashboard.asked import Asked
from dashboard.exports import files
from dashboard.exports.wanted import Kind, Wanted
from dashboard.exports.words import file_name
from dashboard.figures.read import Place
from dashboard.languages import Language
from schema.clock import Clock
from schema.directory import accounts, cards, export_jobs, leases
from schema.directory.database import Directory
from schema.directory.export_jobs import TRIES_MAX, ExportJob, Trouble
from schema.errors import BaliseError, Unavailable
from schema.store import EventStore

LOOKS_EVERY_S: Final = 10.0
"""For jobs of a process that is gone, and for files that are over. A new job is begun at once."""
BYTES_MAX: Final = 256_000_000
"""Of one file: a workbook of some ten million cells."""
LEASE_MS: Final = 30_000
"""How long a file waits once the process that made it was killed; somebody looks at it."""
READ_PART: Final = 0.3
"""Of the work, until the figures are read."""
BUSY: Final = "Another process makes this file."

Record = Callable[[Connection, str, str], None]
"""Writes a line into the audit trail: action and subject."""

_log = structlog.get_logger()


class _Stopped(Exception):
    """The process stops: the job stays to be begun again."""


class _TooLarge(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Sources:
    store: EventStore
    directory: Directory
    clock: Clock
    languages: Callable[[str], Language]


class Exporter:
    def __init__(self, sources: Sources, folder: Path) -> None:
        self._sources = sources
        self._folder = folder
        self._waiting = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="exporter", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for the step under way; the job is begun again by the next process."""
        self._stopping = True
        self._waiting.set()
        self._thread.join()

    def ask(self, wanted: Wanted, asked: Asked, record: Record) -> ExportJob | None:
        """None while the account has as many under way as it may."""
        with self._sources.directory.write() as conn:
            job = export_jobs.ask(
                conn,
                account=wanted.account.id,
                card=wanted.card.id if wanted.card else None,
                tier=wanted.tier,
                route=wanted.route,
                kind=wanted.kind,
                # As the page's own address says it: what means nothing is not kept.
                query=dict(parse_qsl(asked.view.address.partition("?")[2])),
                locale=wanted.language.code,
                now_ms=self._sources.clock(),
            )
            if job:
                record(conn, "export.ask", f"{job.id} {job.route} {job.card or job.account}")
        self._waiting.set()
        return job

    def file_of(self, job: ExportJob) -> Path | None:
        """None when it is not here, and then it is made once more."""
        path = self._folder / job.id
        if path.is_file():
            return path
        with self._sources.directory.write() as conn:
            export_jobs.again(conn, job.id)
        self._waiting.set()
        return None

    def make_all(self) -> None:
        """Every job that is not finished; what is over is deleted."""
        now_ms = self._sources.clock()
        with self._sources.directory.write() as conn:
            kept = export_jobs.let_go(conn, now_ms)
            waiting = export_jobs.unfinished(conn, now_ms)
        self._sweep(kept)
        for job in waiting:
            if not self._stopping:
                self._make_alone(job.id)

    def _run(self) -> None:
        while not self._stopping:
            self._waiting.clear()
            try:
                self.make_all()
            except _Stopped:
                return
            except Exception as error:
                _log.error(
                    "exports_failed",
                    error=str(error),
                    exc_info=not isinstance(error, BaliseError),
                )
            self._waiting.wait(LOOKS_EVERY_S)

    def _sweep(self, kept: frozenset[str]) -> None:
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name.partition(".")[0] not in kept:
                    path.unlink(missing_ok=True)

    def _make_alone(self, id: str) -> None:
        directory, clock = self._sources.directory, self._sources.clock
        try:
            lease = f"export {id}"
            with leases.held_through(directory, lease, clock, busy=BUSY, ttl_ms=LEASE_MS):
                with directory.write() as conn:
                    job = export_jobs.get(conn, id, clock())
                    if job is None or job.finished_ms is not None:
                        return
                    if job.tries >= TRIES_MAX:
                        export_jobs.fail(conn, id, "failed", clock())
                        return
                    export_jobs.begin(conn, id)
                self._make(job)
        except Unavailable as error:  # a store that is away, or another process: later
            _log.warning("export_waits", job=id, error=str(error))

    def _make(self, job: ExportJob) -> None:
        try:
            name = self._written(job)
        except (_Stopped, Unavailable):
            with self._sources.directory.write() as conn:
                export_jobs.again(conn, job.id)
            raise
        except _TooLarge:
            self._fail(job, "large")
        except HTTPException:
            self._fail(job, "nothing")
        except Exception:
            _log.exception("export_failed", job=job.id)
            self._fail(job, "failed")
        else:
            with self._sources.directory.write() as conn:
                export_jobs.finish(conn, job.id, name=name, now_ms=self._sources.clock())

    def _written(self, job: ExportJob) -> str:
        """The name of the file for whoever takes it."""
        wanted = self._wanted(job)
        place = Place(self._sources.store, self._sources.directory, self._sources.clock())
        document = wanted.document(place, wanted.asked(place))
        tell = self._teller(job)
        tell(0.0)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / job.id
        half = path.with_suffix(".part")
        half.unlink(missing_ok=True)
        try:
            with open(half, "xb+", opener=_private) as target:
                bounded = _Bounded(target)
                files.write(job.kind, document, wanted.language, cast(BinaryIO, bounded), tell)
            if bounded.is_full:
                raise _TooLarge
            half.rename(path)
        finally:
            half.unlink(missing_ok=True)
        return file_name(document, "", job.kind)

    def _wanted(self, job: ExportJob) -> Wanted:
        with self._sources.directory.read() as conn:
            account = accounts.get(conn, job.account)
            card = cards.get(conn, job.card) if job.card else None
        if account is None or (job.card and card is None):
            raise HTTPException(404)
        language = self._sources.languages(job.locale)
        kind = cast(Kind, job.kind)
        return Wanted(kind, account, card, job.tier, job.query, language)

    def _teller(self, job: ExportJob) -> Callable[[float], None]:
        def tell(part: float) -> None:
            if self._stopping:
                raise _Stopped
            with self._sources.directory.write() as conn:
                export_jobs.come_to(conn, job.id, READ_PART + (1 - READ_PART) * part)

        return tell

    def _fail(self, job: ExportJob, trouble: Trouble) -> None:
        with self._sources.directory.write() as conn:
            export_jobs.fail(conn, job.id, trouble, self._sources.clock())


class _Bounded:
    """Keeps no more than one export may take of the disk, and remembers that there was more: a ZIP
    file cannot be left in the middle."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.is_full = False

    def write(self, piece: bytes) -> int:
        if self._target.tell() + len(piece) > BYTES_MAX:
            self.is_full = True
            return len(piece)
        return self._target.write(piece)

    def __getattr__(self, name: str) -> object:
        return getattr(self._target, name)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
