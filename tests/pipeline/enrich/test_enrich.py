import polars as pl

from pipeline.enrich import STEPS, Enricher, enrich
from pipeline.frames import ENRICHED, SPOOLED
from schema.testing.events import spooled


def test_a_batch_leaves_with_every_column_the_store_wants_in_the_order_it_came():
    events = [spooled(seed, seq=seed) for seed in range(50)]
    frame = pl.DataFrame([{n: getattr(e, n) for n in SPOOLED} for e in events], schema=SPOOLED)
    enriched = enrich(frame)
    assert enriched["seq"].to_list() == list(range(50))
    assert set(ENRICHED) <= set(enriched.columns)
    assert enriched.select(*ENRICHED).null_count().sum_horizontal().item() == 0


def test_an_empty_batch_stays_empty():
    assert enrich(pl.DataFrame(schema=SPOOLED)).height == 0


def test_each_step_is_timed():
    enricher = Enricher()
    events = [spooled(seed, seq=seed) for seed in range(3)]
    frame = pl.DataFrame([{n: getattr(e, n) for n in SPOOLED} for e in events], schema=SPOOLED)
    enricher(frame)
    enricher(frame)
    assert enricher.events == 6
    assert list(enricher.seconds) == [step.name for step in STEPS]
    assert all(seconds > 0 for seconds in enricher.seconds.values())
