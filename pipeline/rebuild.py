"""Computes blocks of days again and swaps them in, a bounded number of events at a time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pipeline.blocks import Block, all_cells, split
from pipeline.compute import Tables, tables_of_block
from pipeline.swap import replaced
from schema.store import EventStore

PIECE_EVENTS_MAX = 200_000
"""Events that one thread has in memory at once."""

STEP_EVENTS_MAX = 8_000_000
"""Events between two swaps: what a kill costs at most."""

THREADS = 2

NAMED_CARDS_MAX = 1_000
"""Up to here a query names its cards; beyond, reading all of them is quicker."""

_COUNTS = """\
SELECT card, count() FROM events
WHERE at >= fromUnixTimestamp64Milli({start_ms:Int64}, 'UTC')
  AND at < fromUnixTimestamp64Milli({end_ms:Int64}, 'UTC')
  AND (empty({cards:Array(String)}) OR card IN {cards:Array(String)})
GROUP BY card
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Days that one step takes whole, and how many events they have."""

    block: Block
    pieces: tuple[Block, ...]
    events: int


Step = tuple[Part, ...]
"""What is swapped in at once."""


def steps_of(store: EventStore, blocks: Iterable[Block]) -> Iterator[Step]:
    step: list[Part] = []
    for part in _parts(store, blocks):
        if step and sum(each.events for each in step) + part.events > STEP_EVENTS_MAX:
            yield tuple(step)
            step = []
        step.append(part)
    if step:
        yield tuple(step)


def rebuild(
    store: EventStore,
    step: Step,
    *,
    told: Callable[[int], None] = lambda _: None,
    made: Callable[[Tables], None] = lambda _: None,
) -> None:
    """`told` hears of pieces as they are computed, by their share of the step's events; `made` of
    their figures, from several threads."""
    cells = all_cells(part.block for part in step)
    with replaced(store, cells) as put, ThreadPoolExecutor(THREADS) as threads:
        pieces = [
            (piece, part.events // len(part.pieces)) for part in step for piece in part.pieces
        ]

        def compute(piece: Block) -> None:
            tables = tables_of_block(store, piece)
            put(tables)
            made(tables)

        running = threads.map(compute, [piece for piece, _ in pieces])
        for (_, events), _ in zip(pieces, running, strict=True):
            told(events)


def cells_in(step: Step) -> int:
    return sum(part.block.days * len(part.block.cards) for part in step)


def _parts(store: EventStore, blocks: Iterable[Block]) -> Iterator[Part]:
    for block in blocks:
        events_of = _counts(store, block)
        for part in split(block, events_of, STEP_EVENTS_MAX):
            pieces = tuple(split(part, events_of, PIECE_EVENTS_MAX))
            yield Part(part, pieces, sum(events_of.get(card, 0) for card in part.cards))


def _counts(store: EventStore, block: Block) -> dict[str, int]:
    start_ms, end_ms = block.span_ms()
    named = list(block.cards) if len(block.cards) <= NAMED_CARDS_MAX else []
    params = {"start_ms": start_ms, "end_ms": end_ms, "cards": named}
    return dict(store.rows(_COUNTS, params))
