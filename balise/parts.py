"""The long-lived parts of a server process, each started and stopped by one `with`."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from balise.installation import Installation
from collector.cards import CardBook
from collector.spool import Spool
from schema.clock import Clock
from schema.directory.database import Directory
from schema.errors import BaliseError
from schema.settings import Settings
from schema.store import EventStore
from schema.store.address import Embedded, parse

if TYPE_CHECKING:
    from dashboard.exports.exporter import Exporter
    from pipeline.ship import Shipper


@dataclass(frozen=True, slots=True)
class Intake:
    """What the hot path needs: cards in memory, and a spool on the disk."""

    book: CardBook
    spool: Spool


@contextmanager
def intake(settings: Settings, directory: Directory, clock: Clock) -> Iterator[Intake]:
    with (
        closing(CardBook(directory, clock)) as book,
        closing(
            Spool(
                settings.spool,
                clock=clock,
                bytes_max=settings.spool_bytes_max,
                free_bytes_min=settings.free_bytes_min,
            )
        ) as spool,
    ):
        yield Intake(book, spool)


@contextmanager
def shipping(place: Installation) -> Iterator["Shipper"]:
    """Spools to store, on a thread of its own; a clean stop first ships what is spooled."""
    from pipeline.enrich import Enricher
    from pipeline.enrich.known import open_known
    from pipeline.ship import Shipper

    enricher = Enricher(open_known(place.settings, place.directory))
    shipper = Shipper(
        place.settings.spool,
        place.store,
        place.directory,
        enricher,
        place.clock,
        # A server may have other machines' shippers as well.
        alone=isinstance(parse(place.settings.clickhouse), Embedded),
    )
    shipper.meter.steps_s = enricher.seconds
    thread = threading.Thread(target=shipper.run, name="shipper", daemon=True)
    thread.start()
    try:
        yield shipper
    finally:
        shipper.stop()
        thread.join()
        while shipper.ship_once():
            pass
        shipper.close()


@contextmanager
def scheduling(place: Installation) -> Iterator[None]:
    """The jobs of `pipeline/jobs.py`, and the one that writes to people, each at its pace."""
    from dashboard import alerts
    from pipeline.jobs import JOBS, Context
    from pipeline.schedule import Schedule

    context = Context(place.store, place.directory, place.clock, place.settings)
    schedule = Schedule(context, (*JOBS, alerts.JOB))
    schedule.start()
    try:
        yield
    finally:
        schedule.stop()


@contextmanager
def exporting(exporter: "Exporter") -> Iterator[None]:
    """Files that take long, and those that a stop cut short."""
    exporter.start()
    try:
        yield
    finally:
        exporter.stop()


def lack_of_disk(settings: Settings) -> str:
    """Why nothing more may be written, or nothing. The store grows on the same disk."""
    free_bytes = shutil.disk_usage(settings.data).free
    if free_bytes >= settings.free_bytes_min:
        return ""
    return f"The disk of {settings.data} has only {free_bytes} bytes free; make room."


def trouble_of(store: EventStore) -> str:
    """Why the store cannot answer, or nothing."""
    try:
        store.rows("SELECT 1")
    except BaliseError as error:
        return str(error)
    return ""
