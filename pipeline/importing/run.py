"""An import from its first row to its last: read, check, name, hash, complete, keep.

Nothing is remembered of a file. Reading it again finds what is stored already by its identity, so
a run that was killed is resumed by running it again, and a file may be renamed, split or exported
anew in between.
"""

import fcntl
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.batches import IDENTITY
from pipeline.enrich import Enrich
from pipeline.importing.addresses import Addresses
from pipeline.importing.ahead import ahead
from pipeline.importing.check import CHECKED, Bounds, check
from pipeline.importing.days import add_days
from pipeline.importing.finish import finish
from pipeline.importing.formats import Format, Options
from pipeline.importing.identity import SAID, SEQ_MAX, Ordinals, add_pages
from pipeline.importing.keep import Keeper, stored_of
from pipeline.importing.report import Report
from pipeline.importing.rows import Rows, refused
from pipeline.importing.source import Source
from pipeline.importing.visitors import add_visitors, name_the_nameless
from pipeline.late import ZoneBook
from pipeline.limits import raw_since_ms
from pipeline.spools import turn
from schema.clock import Clock
from schema.directory import cards, horizons, import_salt
from schema.directory.database import Directory
from schema.errors import Unavailable
from schema.settings import Settings
from schema.store import EventStore

EMPTY = pl.DataFrame(schema={**CHECKED, "day": pl.Date(), "again": pl.Boolean()})
REASONS_KEPT = 20

Progress = Callable[[float, int], None]
"""How much of the file is done, from 0 to 1, and how many rows that was."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to: what an import needs of an installation."""

    store: EventStore
    directory: Directory
    settings: Settings
    clock: Clock
    enrich: Enrich

    @property
    def folder(self) -> Path:
        """For what is under way."""
        return self.settings.data / "imports"


@dataclass(frozen=True, slots=True)
class Read:
    """A part of a file, as far as it can be told without the store."""

    events: pl.DataFrame
    refused: pl.DataFrame
    passed: int
    share: float
    """How much of the file has been read then."""


@dataclass(frozen=True, slots=True)
class Part:
    """The same, once the store was asked what it has, and before anything is stored."""

    new: pl.DataFrame
    duplicate: pl.DataFrame
    refused: pl.DataFrame
    passed: int
    share: float


@dataclass(slots=True)
class Totals:
    """What became of a file's rows so far."""

    new: int = 0
    duplicate: int = 0
    refused: int = 0
    passed: int = 0
    months: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By card, month of the card's zone, and `new` or `duplicate`."""
    reasons: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Why rows were refused: how many, and on which line that was first."""

    @property
    def rows(self) -> int:
        return self.new + self.duplicate + self.refused + self.passed

    def add(self, part: Part) -> None:
        self.new += part.new.height
        self.duplicate += part.duplicate.height
        self.refused += part.refused.height
        self.passed += part.passed
        for became, events in (("new", part.new), ("duplicate", part.duplicate)):
            month = pl.col("day").dt.strftime("%Y-%m").alias("month")
            if events.height:
                days = events.group_by("card", "day").len()
                for card, of, n in days.group_by("card", month).agg(pl.col("len").sum()).rows():
                    self.months[card, of, became] += n
        if part.refused.height:
            self._explain(part.refused)

    def _explain(self, refused: pl.DataFrame) -> None:
        """A reason may quote its value: only the first few different ones are told apart."""
        firsts = refused.group_by("reason", maintain_order=True).agg(pl.len(), pl.col("line").min())
        for reason, n, line in firsts.iter_rows():
            if reason in self.reasons or len(self.reasons) < REASONS_KEPT:
                count, first = self.reasons.get(reason, (0, line))
                self.reasons[reason] = (count + n, first)


def import_file(
    place: Place,
    path: Path,
    kind: Format,
    options: Options,
    *,
    report: Report | None,
    progress: Progress = lambda _share, _rows: None,
) -> Totals:
    """Without a report it is a rehearsal: nothing is written anywhere."""
    with closing(Source(path, kind.member)) as source:
        follow = _Import(place, source, options)
        if report is None:
            follow.rehearse(kind, progress)
        else:
            with _alone(place.folder):
                follow.keep(kind, progress, report)
        return follow.totals


class _Import:
    """One file on its way."""

    def __init__(self, place: Place, source: Source, options: Options) -> None:
        self._place = place
        self._source = source
        self._options = options
        with place.directory.read() as conn:
            every = cards.every(conn)
            horizon_ms = horizons.since_ms(conn, horizons.RAW)
        self._addresses = Addresses(every, options.site)
        self._zones = ZoneBook(place.directory).zones()
        if options.card and options.card not in self._addresses.zones:
            raise cards.unknown(options.card)
        now_ms = place.clock()
        kept_ms = raw_since_ms(place.settings, now_ms, (card.zone for card in every))
        self._bounds = Bounds(
            cards=frozenset(card.id for card in every),
            since_ms=max(kept_ms, horizon_ms),
            now_ms=now_ms,
            raw_days=place.settings.raw_days,
        )
        self._ordinals = Ordinals()
        self.totals = Totals()

    def rehearse(self, kind: Format, progress: Progress) -> None:
        with ahead(self._read(kind)) as read:
            for part in map(self._part, read):
                self.totals.add(part)
                progress(part.share, self.totals.rows)

    def keep(self, kind: Format, progress: Progress, report: Report) -> None:
        place = self._place
        keeper = Keeper(place.store, place.directory, self._zones, place.folder, place.clock)
        with turn(place.settings.spool):
            keeper.settle()
        with place.directory.write() as conn:
            salt = import_salt.current(conn, place.clock())
        with report, ahead(map(partial(_hashed, salt), self._read(kind))) as read:
            for each in read:
                # What is found new stays so, and a backup finds an event and its count together.
                with turn(place.settings.spool):
                    part = self._part(each)
                    self._source.check_unchanged()
                    self._keep(keeper, part)
                report.add(part.refused)
                self.totals.add(part)
                progress(part.share, self.totals.rows)
            self._source.check_unchanged()

    def _keep(self, keeper: Keeper, part: Part) -> None:
        events = finish(part.new, self._place.enrich, self._place.clock())
        keeper.keep(events.with_columns(part.new["day"]), part.duplicate, part.refused.height)

    def _read(self, kind: Format) -> Iterator[Read]:
        for rows in kind.read(self._source, self._options, self._addresses):
            share = self._source.share
            if rows.frame.height:
                yield self._named(rows, share)
            else:
                yield Read(EMPTY, rows.refused, rows.passed, share)

    def _named(self, rows: Rows, share: float) -> Read:
        """Checked, with identity and day."""
        frame = _of_card(rows.frame, self._options.card) if self._options.card else rows.frame
        checked = check(frame, self._bounds)
        derived = checked.events["seq"].is_null()
        said = tuple(name for name in SAID if name in (*checked.given, "ms"))
        events = self._ordinals.number(add_pages(checked.events, said))
        events = name_the_nameless(events, derived)
        many = events.filter(pl.col("seq") > SEQ_MAX)
        over = refused(many["line"].to_list(), f"More than {SEQ_MAX + 1} rows say the same.")
        events = events.filter(pl.col("seq") <= SEQ_MAX).cast({"seq": pl.UInt16})
        # Those that name their pages may do so twice.
        again = (
            ~pl.struct(IDENTITY).is_first_distinct() if not derived.all() else pl.lit(value=False)
        )
        return Read(
            add_days(events, self._zones).with_columns(again.alias("again")),
            pl.concat([rows.refused, checked.refused, over]),
            rows.passed,
            share,
        )

    def _part(self, read: Read) -> Part:
        stored = stored_of(self._place.store, read.events)
        known = read.events.with_columns(known=pl.col("again"))
        if stored.height:
            there = stored.with_columns(pl.lit(value=True).alias("there"))
            joined = read.events.join(there, on=IDENTITY, how="left", maintain_order="left")
            known = joined.with_columns(known=pl.col("again") | pl.col("there").is_not_null())
        return Part(
            known.filter(~pl.col("known")),
            known.filter("known"),
            read.refused,
            read.passed,
            read.share,
        )


def _hashed(salt: bytes, read: Read) -> Read:
    """While it is read: also what turns out to be stored already, but beside the storing."""
    return replace(read, events=add_visitors(read.events, salt))


def _of_card(frame: pl.DataFrame, card: str) -> pl.DataFrame:
    """Rows that name no card are of this one."""
    if "card" not in frame.columns:
        return frame.with_columns(pl.lit(card).alias("card"))
    none = pl.col("card").is_null() | (pl.col("card") == "")
    return frame.with_columns(pl.when(none).then(pl.lit(card)).otherwise("card").alias("card"))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One import at a time over a data folder, however the one before it ended."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be written: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Unavailable("Another import is running; let it end, then run this again.") from None
    else:
        yield
    finally:
        os.close(lock)
