from dataclasses import replace
from datetime import datetime, time

import pytest

from pipeline.backup.daily import back_up_daily, is_due
from pipeline.backup.take import name_at
from pipeline.jobs import JOBS, Context, run_job

AT = time(3, 30)


@pytest.mark.parametrize(
    ("now", "newest", "due"),
    [
        ("2026-11-20T03:29:59+00:00", None, True),
        ("2026-11-20T03:29:59+00:00", "2026-11-19T03:30:00+00:00", False),
        ("2026-11-20T03:30:00+00:00", "2026-11-19T03:30:00+00:00", True),
        ("2026-11-20T09:00:00+00:00", "2026-11-20T03:30:00+00:00", False),
        ("2026-11-25T09:00:00+00:00", "2026-11-20T03:30:00+00:00", True),
    ],
)
def test_a_backup_is_due_when_none_was_begun_since_the_hour_struck(now, newest, due):
    made = [datetime.fromisoformat(newest)] if newest else []
    names = ["balise-20200101T000000Z.zip"] + [name_at(int(at.timestamp() * 1000)) for at in made]
    assert is_due(names, AT, datetime.fromisoformat(now)) is due


def test_the_job_makes_one_a_day_and_deletes_the_old_except_the_last(installed, tmp_path, clock):
    job = next(job for job in JOBS if job.name == "backup")
    with installed("var") as place:
        kept = tmp_path / "kept"
        settings = replace(place.settings, backup=str(kept), backup_at=AT, backup_days=2)
        context = Context(place.store, place.directory, clock, settings)

        def days():
            return [path.name[7:15] for path in sorted(kept.iterdir())]

        for _ in range(3):
            run_job(job, context)
        assert days() == ["20261120"]
        for _ in range(3):
            clock.advance(days=1)
            run_job(job, context)
        assert days() == ["20261121", "20261122", "20261123"]
        clock.advance(days=40)
        run_job(job, context)
        assert days() == ["20270102"]


def test_without_a_place_or_a_time_nothing_is_done(installed, tmp_path):
    with installed("var") as place:
        assert back_up_daily(place) == 0
        only_place = replace(place.settings, backup=str(tmp_path / "kept"))
        assert back_up_daily(replace(place, settings=only_place)) == 0
    assert not (tmp_path / "kept").exists()
