import pytest

from schema.clock import system_clock
from schema.days import local_day
from schema.testing import prepared

DAY_MS = 86_400_000
YESTERDAY = str(local_day(system_clock() - DAY_MS, "UTC"))
FEBRUARY = ("--from", "2026-02-01", "--to", "2026-02-28")


@pytest.fixture
def installed(shell, tmp_path):
    prepared.installation(tmp_path / "var")
    return shell


def test_rollup_tells_how_many_days_it_computed(installed):
    assert installed("rollup", "--json").json == {"days": 0}
    assert installed("rollup").out == "Days of cards computed: 0.\n"


def test_backfill_tells_its_totals(installed):
    told = installed("backfill", *FEBRUARY, "--json")
    assert told.code == 0
    assert (told.json["days"], told.json["events"]) == (0, 0)


def test_a_dry_run_shows_each_metric_before_and_after(installed):
    lines = installed("backfill", *FEBRUARY, "--dry-run").out.splitlines()
    assert lines[0].split() == ["metric", "before", "after", "difference"]
    assert "visits" in [line.split()[0] for line in lines]
    assert lines[-1] == "0 of 0 days of cards would change."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2026-02-02", "--to", "2026-02-01"), "are reversed"),
        (("--from", YESTERDAY, "--to", "2099-01-01"), "has not ended yet"),
        ((*FEBRUARY, "--card", "zzzzzzzz"), "There is no card 'zzzzzzzz'"),
        (
            ("--from", "yesterday", "--to", "2026-02-01"),
            "'yesterday' is not a day; give it as 2026-11-01.",
        ),
    ],
)
def test_bad_input_is_one_sentence(installed, arguments, said):
    told = installed("backfill", *arguments)
    assert told.code != 0
    assert said in told.err
    assert told.err.count("\n") == 1
