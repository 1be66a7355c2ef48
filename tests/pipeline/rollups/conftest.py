"""The tables of a few events, as dictionaries."""

import pytest

from pipeline.rollups import tables


@pytest.fixture
def made(placed):
    """The rows of a table; of a breakdown too, by key."""

    def rows(table, *steps):
        frame = tables(placed(*steps))[table].collect()
        return frame.sort("card", "day").rows(named=True)

    return rows


@pytest.fixture
def broken(made):
    def by_key(by, *steps):
        return {row["key"]: row for row in made("card_dims", *steps) if row["by"] == by}

    return by_key
