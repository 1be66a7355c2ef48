"""Puts an archive into an empty installation, and compares what is there with what was taken.

The directory comes last: until then there is no card, so nothing is shown and nothing is taken in.
Whatever fails before leaves an installation that `restore` itself refuses, as it is not empty.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.backup import archive, tables
from pipeline.backup.archive import Manifest, Reader
from pipeline.backup.take import Sources
from pipeline.retention import delete_over
from pipeline.spools import claim_folder, spool_paths
from schema.directory import audit, copy, salts
from schema.directory.upgrade import upgrade
from schema.errors import BadInput, BaliseError, Unavailable
from schema.migrate import migrate, released
from schema.store.address import parse

Progress = Callable[[int, int], None]
ACTOR = "restore"


def restore(
    target: Sources, path: Path, *, progress: Progress = lambda _done, _total: None
) -> Manifest:
    with archive.reading(path) as backup:
        _refuse_newer(backup)
        backup.verify()
        with _nobody_ships(target.settings.spool):
            _prepare(target, backup.manifest)
            _fill_store(target, backup, progress)
            _put_spools(target, backup)
            _fill_directory(target, backup)
            _bring_up_to_date(target, path.name)
    return backup.manifest


def _refuse_newer(backup: Reader) -> None:
    newest = released()[-1].version
    if backup.manifest.events_schema > newest:
        raise BaliseError(
            f"The backup {backup.path} has events schema {backup.manifest.events_schema} and this "
            f"Balise {newest} at most; install the Balise that made it ({backup.manifest.balise}), "
            "or a newer one."
        )


@contextmanager
def _nobody_ships(spool: Path) -> Iterator[None]:
    lock = claim_folder(spool)
    if lock is None:
        raise Unavailable(f"A service is shipping {spool}; stop it first.")
    try:
        yield
    finally:
        os.close(lock)


def _prepare(target: Sources, manifest: Manifest) -> None:
    """Empty tables as they were when the backup was made."""
    if left := spool_paths(target.settings.spool):
        raise BadInput(f"There are events in {left[0]}; restore into an empty installation.")
    address, store = parse(target.settings.clickhouse), target.store
    for table in tables.every(store):
        if tables.count(store, table):
            raise BadInput(
                f"The event store {store.label} is not empty: there are rows in {table.name}; "
                "restore into an empty installation."
            )
    copy.make_tables(target.directory, manifest.directory_schema)
    migrate(store, address, released()[: manifest.events_schema])


def _fill_store(target: Sources, backup: Reader, progress: Progress) -> None:
    store, manifest = target.store, backup.manifest
    pieces = [(name, each) for name, each in manifest.members.items() if each.table]
    done, total = 0, sum(each.rows for _, each in pieces)
    every = tables.every(store)
    with tables.filling(store, every):
        for name, piece in pieces:
            store.load(piece.table, backup.read(name), token=f"{manifest.made} {name}")
            done += piece.rows
            progress(done, total)
        _compare(manifest.tables, {each.name: tables.count(store, each) for each in every})


def _put_spools(target: Sources, backup: Reader) -> None:
    for name in backup.manifest.spools:
        draft = target.settings.spool / f".{name}.part"
        backup.unpack(f"spool/{name}", draft)
        draft.replace(target.settings.spool / name)


def _fill_directory(target: Sources, backup: Reader) -> None:
    counts = backup.manifest.directory
    dumped = {name: backup.read(f"directory/{name}.jsonl") for name in counts}
    _compare(counts, copy.load(target.directory, dumped))


def _compare(taken: dict[str, int], restored: dict[str, int]) -> None:
    for table in sorted(taken.keys() | restored.keys()):
        was, came = taken.get(table, 0), restored.get(table, 0)
        if was != came:
            raise BaliseError(
                f"The table {table} had {was} rows and has {came} after the restore; "
                "empty this installation and try another backup."
            )


def _bring_up_to_date(target: Sources, name: str) -> None:
    """What had to be deleted since the backup was made is deleted again, at once."""
    upgrade(target.directory)
    migrate(target.store, parse(target.settings.clickhouse))
    now_ms = target.clock()
    salts.purge(target.directory, now_ms)
    with target.directory.write() as conn:
        audit.record(conn, actor=ACTOR, action="restore", subject=name, now_ms=now_ms)
    delete_over(target.store, target.directory, target.settings, target.clock)
