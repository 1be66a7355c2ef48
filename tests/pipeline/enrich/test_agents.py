from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.enrich.agents import IN_APP, describe_agent

PEOPLE = Path(__file__).parent / "agents" / "people.txt"
ANY = "any"


def people() -> Iterator[tuple[str, tuple[str, ...]]]:
    described: tuple[str, ...] = ()
    for line in PEOPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            described = tuple(line.removeprefix("= ").split(", "))
        elif line and not line.startswith("#"):
            yield line, described


@pytest.mark.parametrize(("agent", "described"), list(people()), ids=lambda each: str(each)[-40:])
def test_an_agent_is_described_as_people_would(agent, described):
    found = describe_agent(agent)
    assert all(wanted in (ANY, told) for wanted, told in zip(described, found, strict=True)), found


@pytest.mark.parametrize("agent", ["", "x", "\x00\ufffd", "(" * 5000, "é" * 300])
def test_an_agent_that_tells_nothing_is_described_by_nothing(agent):
    assert describe_agent(agent) == ("", "", "")


def test_the_apps_that_people_open_cards_in_are_named():
    named = {described[1] for _, described in people()} & {name for name, _ in IN_APP}
    assert {"Instagram", "Facebook", "Messenger", "LinkedIn", "TikTok", "Snapchat"} <= named
    assert {"X", "WhatsApp", "Google app", "Outlook"} <= named
