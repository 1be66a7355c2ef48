"""Makes an archive. The package's docstring says why it is of one instant."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.backup import archive, tables
from pipeline.backup.archive import FORMAT, Manifest, Writer
from pipeline.spools import copy_spool, spool_bytes, spool_paths, turn
from schema.clock import Clock
from schema.directory import copy, leases
from schema.directory.database import Directory
from schema.errors import BaliseError, Unavailable
from schema.migrate import released
from schema.settings import Settings
from schema.store import EventStore
from schema.store.address import parse

LEASE = "backup"
BUSY = "Another backup is being made; try again when it has ended."
ROLLUPS_BUSY = "Figures are being computed; a backup waits for that. Try again when it has ended."
PATIENCE_S = 300.0

DRAFTS, BUCKET_DRAFTS = ".backup-draft-", ".bucket-draft-"
"""Folders in that of the data, for as long as a backup or an upload takes."""
UPLOAD_S_MAX = 86_400
NAME = "balise-%Y%m%dT%H%M%SZ.zip"

Progress = Callable[[int, int], None]
"""Told how many rows have been copied, of how many."""


@dataclass(frozen=True, slots=True)
class Sources:
    store: EventStore
    directory: Directory
    settings: Settings
    clock: Clock


def name_at(now_ms: int) -> str:
    return f"{datetime.fromtimestamp(now_ms / 1000, UTC):{NAME}}"


def made_at(name: str) -> datetime | None:
    """When an archive of this name was begun; None when it is none of ours."""
    try:
        return datetime.strptime(name, NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def take(
    sources: Sources, target: Path, *, progress: Progress = lambda _done, _total: None
) -> Manifest:
    store, directory, clock = sources.store, sources.directory, sources.clock
    if parse(sources.settings.clickhouse).cluster:
        raise BaliseError(
            "A cluster is backed up by ClickHouse's own BACKUP … ON CLUSTER: see docs/runbook.md."
        )
    _refuse_small_disk(sources, target)
    with (
        _alone(sources) as prolong,
        _drafts(sources, target) as drafts,
        archive.writing(target) as out,
        ExitStack() as cloned,
    ):
        with _instant(sources):
            made = datetime.fromtimestamp(clock() / 1000, UTC)
            people = copy.dump(directory)
            spools = _copy_spools(sources.settings.spool, drafts)
            every = tables.every(store)
            cloned.enter_context(tables.clones(store, every))
        _add_people(out, people)
        _add_spools(out, drafts, spools)
        counts = {table.name: tables.count(store, table, clone=True) for table in every}
        total = sum(counts.values())
        for done in _add_tables(out, store, every):
            prolong()
            progress(min(done, total), total)
        manifest = Manifest(
            format=FORMAT,
            balise=version("balise"),
            made=made.isoformat(timespec="milliseconds"),
            events_schema=released()[-1].version,
            directory_schema=copy.revision(directory),
            tables=counts,
            directory={name: copy.count(lines) for name, lines in people.items()},
            spools=spools,
            members=out.members,
        )
        out.finish(manifest)
    return manifest


@contextmanager
def _drafts(sources: Sources, target: Path) -> Iterator[Path]:
    _clear(sources, target)
    with TemporaryDirectory(prefix=DRAFTS, dir=sources.settings.data) as folder:
        yield Path(folder)


def clear_abandoned(sources: Sources) -> None:
    """What a killed backup has left: it holds what retention deletes. Nothing while one is made."""
    with suppress(Unavailable), _alone(sources):
        _clear(sources)


def _alone(sources: Sources) -> AbstractContextManager[Callable[[], None]]:
    return leases.held_through(sources.directory, LEASE, sources.clock, busy=BUSY)


def _clear(sources: Sources, target: Path | None = None) -> None:
    tables.drop_clones(sources.store)
    for folder in sources.settings.data.glob(f"{DRAFTS}*"):
        shutil.rmtree(folder)
    for folder in sources.settings.data.glob(f"{BUCKET_DRAFTS}*"):
        # An upload goes on after its backup has ended.
        if time.time() - folder.stat().st_mtime > UPLOAD_S_MAX:
            shutil.rmtree(folder)
    if target is not None:
        for draft in target.parent.glob(f".*{archive.DRAFT_SUFFIX}"):
            draft.unlink()


@contextmanager
def _instant(sources: Sources) -> Iterator[None]:
    with (
        leases.held_through(
            sources.directory,
            "rollups",
            sources.clock,
            busy=ROLLUPS_BUSY,
            patience_s=PATIENCE_S,
        ),
        turn(sources.settings.spool),
    ):
        yield


def _copy_spools(folder: Path, target: Path) -> dict[str, int]:
    return {path.name: copy_spool(path, target / path.name) for path in spool_paths(folder)}


def _add_people(out: Writer, people: dict[str, copy.Lines]) -> None:
    for name, lines in people.items():
        out.add(f"directory/{name}.jsonl", lines, rows=copy.count(lines))


def _add_spools(out: Writer, folder: Path, spools: dict[str, int]) -> None:
    for name in spools:
        out.add_file(f"spool/{name}", folder / name)


def _add_tables(out: Writer, store: EventStore, every: list[tables.Table]) -> Iterator[int]:
    """Gives how many rows are done after each piece."""
    done = 0
    for table in every:
        for number, piece in enumerate(tables.pieces(store, table)):
            name = f"events/{table.name}-{number:06}.parquet"
            out.add(name, piece.parquet, table=table.name, rows=piece.rows)
            done += piece.rows
            yield done


def _refuse_small_disk(sources: Sources, target: Path) -> None:
    """The archive is about as large as what it is made from."""
    settings = sources.settings
    needed = tables.stored_bytes(sources.store) + spool_bytes(settings.spool)
    free = shutil.disk_usage(target.parent).free
    if free < needed + settings.free_bytes_min:
        raise Unavailable(
            f"The disk of {target.parent} has {free} bytes free and the backup needs about "
            f"{needed}; make room, or name another place."
        )
