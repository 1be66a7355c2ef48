"""What a process logs: a line per event that a machine reads, and no chatter of libraries."""

import json
import os
import pty
import subprocess
import sys

import pytest

SCRIPT = """
import logging, sys, structlog
from balise import logs
logs.start(sys.argv[1])
log = structlog.get_logger()
log.debug("looked")
log.info("shipped", events=3, text="two\\nlines")
logging.getLogger("apscheduler.scheduler").info("added a job")
logging.getLogger("apscheduler.scheduler").warning("missed a job")
def take(address):
    1 / 0

try:
    take("192.0.2." + "77")
except ZeroDivisionError:
    log.exception("failed")
"""


def said(level: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, level], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_event_is_one_line_of_json_with_its_time_and_level() -> None:
    shipped, missed, failed = said("info")
    assert shipped.pop("timestamp").endswith("Z")
    assert shipped == {"event": "shipped", "level": "info", "events": 3, "text": "two\nlines"}
    assert (missed["event"], missed["level"]) == ("missed a job", "warning")
    assert "ZeroDivisionError" in str(failed["exception"])


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("debug", ["looked", "shipped", "missed a job", "failed"]),
        ("warning", ["missed a job", "failed"]),
        ("error", ["failed"]),
    ],
)
def test_the_setting_decides_how_much_is_said(level: str, events: list[str]) -> None:
    assert [line["event"] for line in said(level)] == events


def shown_on_a_terminal() -> str:
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", SCRIPT, "info"], stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    return shown


def test_a_person_at_a_terminal_reads_text() -> None:
    shown = shown_on_a_terminal()
    assert "shipped" in shown
    assert "{" not in shown.splitlines()[0]


def test_what_a_function_held_when_it_failed_is_not_said() -> None:
    assert "ZeroDivisionError" in shown_on_a_terminal()
    assert "192.0.2.77" not in shown_on_a_terminal()
    assert "192.0.2.77" not in str(said("info"))
