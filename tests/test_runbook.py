"""The runbook names every alarm: each job, each line that is logged as a warning or an error."""

import re
from pathlib import Path

import pytest

from dashboard.alerts import JOB as ALERTS
from pipeline.jobs import JOBS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
ROOMS = ("balise", "collector", "dashboard", "pipeline")
_LOGGED = re.compile(r"\b_?log\.(?:warning|error|exception)\(\s*\"(\w+)\"")
LINES = sorted(
    {
        name
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for name in _LOGGED.findall(path.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("job", [*JOBS, ALERTS], ids=lambda job: job.name)
def test_every_job_that_can_alarm_is_in_the_runbook(job):
    assert f"`job_failed` `{job.name}`" in PAGE


@pytest.mark.parametrize("line", LINES)
def test_every_line_that_tells_of_trouble_is_in_the_runbook(line):
    assert f"`{line}`" in PAGE
