"""What the privacy page promises is what the code does."""

from pathlib import Path

import pytest

from pipeline.limits import AUDIT_DAYS, LIMITS, QUARANTINE_DAYS, RUN_DAYS
from schema.settings import SETTINGS

PAGE = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")
DEFAULTS = {each.name: each.default for each in SETTINGS}


def row_of(table):
    [row] = [line for line in PAGE.splitlines() if f"`{table}`" in line and line.count("|") > 5]
    return row


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.table)
def test_every_limit_is_in_the_table(limit):
    assert row_of(limit.table)


@pytest.mark.parametrize(
    ("table", "kept"),
    [
        ("events", f"{DEFAULTS['raw_days']} days (`BALISE_RAW_DAYS`)"),
        ("card_days", f"{DEFAULTS['rollup_months']} months (`BALISE_ROLLUP_MONTHS`)"),
        ("ledger", f"{DEFAULTS['rollup_months']} months"),
        ("quarantine", f"{QUARANTINE_DAYS} days"),
        ("runs", f"{RUN_DAYS} days"),
        ("audit", f"{AUDIT_DAYS} days"),
        ("BALISE_BACKUP_DAYS", f"{DEFAULTS['backup_days']} days"),
    ],
)
def test_each_is_kept_as_long_as_it_says(table, kept):
    assert kept in row_of(table)


@pytest.mark.parametrize("words", ["sans RGPD", "anonyme à 100", "certifié CNIL"])
def test_nothing_is_claimed_that_nobody_can_claim(words):
    assert words not in PAGE
