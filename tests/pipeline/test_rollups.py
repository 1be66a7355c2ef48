from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.frames import CARD_DAYS, COUNTED, SPANS
from pipeline.rollups import card_days, card_dims, on_days
from schema.days import day_span_ms, local_day
from schema.metrics import RECIPE
from schema.targets import TARGETS
from schema.testing.figures import reference_days, reference_targets

ZONES = {
    "paris": "Europe/Paris",
    "miquelon": "America/Miquelon",
    "marquesas": "Pacific/Marquesas",
    "howe": "Australia/Lord_Howe",
    "cairo": "Africa/Cairo",  # its midnight does not exist on one day a year
}
NIGHTS = ("2026-03-08", "2026-03-29", "2026-04-05", "2026-04-24", "2026-10-25", "2026-11-01")
"""Nights around which one of these zones changes its clock."""


def ms(iso: str) -> int:
    return int(datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp() * 1000)


moments = st.one_of(
    st.builds(
        lambda night, offset_ms: ms(night) + offset_ms,
        st.sampled_from(NIGHTS),
        st.integers(-36 * 3_600_000, 36 * 3_600_000),
    ),
    # Exactly at, and one millisecond before, the start of a local day.
    st.builds(
        lambda night, zone, before: day_span_ms(date.fromisoformat(night), zone)[0] - before,
        st.sampled_from(NIGHTS),
        st.sampled_from(sorted(ZONES.values())),
        st.sampled_from((0, 1)),
    ),
)
events_of = st.lists(
    st.fixed_dictionaries(
        {
            "card": st.sampled_from(sorted(ZONES)),
            "at": moments,
            "name": st.sampled_from(("view", "view", "click", "engage", "video_played")),
            "target": st.sampled_from([target.name for target in TARGETS]),
            "class": st.sampled_from(("human", "human", "human", "bot", "preview", "owner")),
        }
    ),
    max_size=60,
)


def placed(events, days=None):
    """The events on all days they touch, or on those given."""
    frame = pl.LazyFrame(events, schema=COUNTED)
    keys = days or {(e["card"], local_day(e["at"], ZONES[e["card"]])) for e in events}
    rows = [(card, day, *day_span_ms(day, ZONES[card])) for card, day in keys]
    return on_days(frame, pl.LazyFrame(rows, schema=SPANS, orient="row"))


@given(events_of)
def test_figures_of_a_day_are_those_of_the_plain_reference(events):
    expected = [
        (*key, *list(f.values())[:4], datetime.fromtimestamp(f["last_view_ms"] / 1000, UTC), RECIPE)
        for key, f in sorted(reference_days(events, ZONES).items())
    ]
    assert card_days(placed(events)).collect().rows() == expected


@given(events_of)
def test_clicks_by_target_are_those_of_the_plain_reference(events):
    expected = [
        (card, day, "target", target, 0, clicks, RECIPE)
        for (card, day, target), clicks in sorted(reference_targets(events, ZONES).items())
    ]
    assert card_dims(placed(events)).collect().rows() == expected


@given(events_of)
def test_clicks_by_target_sum_to_the_clicks_of_the_day(events):
    totals = card_days(placed(events)).filter(pl.col("clicks") > 0).select("card", "day", "clicks")
    sums = card_dims(placed(events)).group_by("card", "day").agg(pl.col("clicks").sum())
    assert sums.sort("card", "day").collect().rows() == totals.collect().rows()


def test_an_event_of_a_day_that_is_not_asked_for_counts_nowhere():
    event = {"name": "view", "target": "", "class": "human", "card": "paris"}
    events = [event | {"at": ms(f"2026-03-{day}T12:00")} for day in (27, 28, 29)]
    asked = {
        ("paris", date(2026, 3, 27)),
        ("paris", date(2026, 3, 29)),
        ("miquelon", date(2026, 3, 28)),
    }
    days = card_days(placed(events, asked)).collect()
    assert days["day"].to_list() == [date(2026, 3, 27), date(2026, 3, 29)]


def test_no_events_make_no_rows_of_the_right_shape():
    assert card_days(placed([], {("paris", date(2026, 3, 29))})).collect().schema == CARD_DAYS


def test_a_frame_that_does_not_fit_is_refused_at_the_border():
    wrong = pl.LazyFrame({"card": ["a"], "at": [1]})
    with pytest.raises(TypeError, match="at is Int64, name is missing"):
        on_days(wrong, pl.LazyFrame(schema=SPANS))
