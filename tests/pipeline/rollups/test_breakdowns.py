import pytest

from pipeline.rollups import DIMENSIONS
from schema.testing.steps import click, view

STEPS = (
    view(source="qr", device="mobile"),
    click(1, source="direct", device="desktop"),
    view(100, source="direct"),
    view(visitor=2, source="qr"),
)


def test_all_that_a_visit_has_counts_under_what_its_first_event_had(broken):
    found = broken("source", *STEPS)
    qr, direct = found["qr"], found["direct"]
    assert (qr["views"], qr["visits"], qr["clicks"], qr["visitors"]) == (2, 2, 1, 2)
    assert (direct["views"], direct["visits"], direct["clicks"]) == (1, 1, 0)
    assert set(broken("device", *STEPS)) == {"mobile"}


@pytest.mark.parametrize("by", [dimension.by for dimension in DIMENSIONS])
def test_each_breakdown_sums_to_the_day(broken, made, by):
    [day] = made("card_days", *STEPS)
    rows = broken(by, *STEPS).values()
    for name in ("views", "visits", "bounces", "clicks", "contact_clicks", "contact_visits"):
        assert sum(row[name] for row in rows) == day[name]


def test_a_visitor_counts_once_under_each_key_and_what_is_unknown_has_the_empty_one(broken):
    found = broken("item", view(), view(100), view(200, item="stand"))
    assert {key: row["visitors"] for key, row in found.items()} == {"": 1, "stand": 1}
