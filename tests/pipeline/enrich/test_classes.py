import tomllib
from pathlib import Path

import polars as pl
import pytest

from pipeline.enrich.classes import CLASSES, add_classes, class_of, rules
from pipeline.enrich.known import NOTHING, Known
from pipeline.enrich.lookup import numbered
from pipeline.enrich.networks import Listed, Networks
from pipeline.enrich.restored import SPANS
from schema.testing.events import AGENTS, CARD, NOW_MS

AGENTS_SEEN = Path(__file__).parent / "agents"
AUTOMATIC = tomllib.loads((AGENTS_SEEN / "automatic.toml").read_text(encoding="utf-8"))
LINES = (AGENTS_SEEN / "people.txt").read_text(encoding="utf-8").splitlines()
PEOPLE = [line for line in LINES if line and not line.startswith(("#", "="))]
TEXTS = ("card", "agent", "mark", "network")


def classified(*rows, known=NOTHING):
    """Rows of agent and, if given, mark, network and time."""
    whole = [(CARD, *row, *("", "", NOW_MS)[len(row) - 1 :]) for row in rows]
    frame = pl.DataFrame(whole, schema=["card", "agent", "mark", "network", "at"], orient="row")
    found = add_classes(numbered(frame, TEXTS), known).select("class", "rule")
    return found.cast(pl.String).rows()


def test_every_rule_tells_the_agents_seen_of_it_and_no_rule_before_it_does():
    told = [(rule, agent) for rule, agents in AUTOMATIC.items() for agent in agents]
    found = classified(*((agent,) for _, agent in told))
    wanted = [(rule.partition(".")[0], rule) for rule, _ in told]
    assert [
        (w, f, agent) for (_, agent), w, f in zip(told, wanted, found, strict=True) if w != f
    ] == []
    assert len(told) >= 60
    assert set(AUTOMATIC) == {rule.id for rule in rules().rules}


def test_no_browser_is_taken_for_a_machine_also_inside_an_app():
    found = classified(*((agent,) for agent in PEOPLE))
    assert [(agent, f) for agent, f in zip(PEOPLE, found, strict=True) if f != ("human", "")] == []
    assert len(set(PEOPLE)) >= 200


def test_the_rule_file_has_a_version_and_each_rule_a_reason_and_a_class_of_the_closed_list():
    assert rules().version >= 1
    assert all(rule.reason for rule in rules().rules)
    assert {rule.gives for rule in rules().rules} < set(CLASSES)


def test_what_the_collector_marked_outweighs_the_agent():
    assert classified((AGENTS[0], "prefetch"), ("curl/8", "owner"), ("curl/8",)) == [
        ("prefetch", "mark.prefetch"),
        ("owner", "mark.owner"),
        ("bot", "bot.library"),
    ]


def test_a_data_centre_only_flags_and_a_relay_in_it_is_not_even_flagged():
    known = Known(
        networks=Networks(
            [
                Listed("datacentre.ovh", "", ["198.51.0.0/16", "2001:db8::/32"]),
                Listed("relay.apple", "", ["198.51.100.0/24"]),
            ]
        )
    )
    rows = [
        (AGENTS[0], "", "198.51.7.0/24"),
        (AGENTS[0], "", "2001:db8:7::/48"),
        (AGENTS[0], "", "198.51.100.0/24"),
        ("curl/8", "", "198.51.7.0/24"),
        ("curl/8", "owner", "198.51.7.0/24"),
        (AGENTS[0], "", "203.0.113.0/24"),
    ]
    assert classified(*rows, known=known) == [
        ("human", "datacentre.ovh"),
        ("human", "datacentre.ovh"),
        ("human", ""),
        ("bot", "bot.library datacentre.ovh"),
        ("owner", "mark.owner datacentre.ovh"),
        ("human", ""),
    ]


def test_a_list_of_networks_may_be_counted_out():
    known = Known(networks=Networks([Listed("datacentre.x", "", ["198.51.7.0/24"], excluded=True)]))
    rows = [(AGENTS[0], "", "198.51.7.0/24"), ("curl/8", "", "198.51.7.0/24")]
    assert classified(*rows, known=known) == [
        ("datacentre", "datacentre.x"),
        ("bot", "bot.library datacentre.x"),
    ]


def test_a_restored_rule_makes_human_what_it_caught_on_its_card_in_its_time_and_nothing_else():
    span = [(CARD, "bot.library", NOW_MS, NOW_MS + 1_000), ("other000", "bot.seo", 0, 2 * NOW_MS)]
    spans = pl.DataFrame(span, schema=SPANS, orient="row")
    rows = [("curl/8", "", "", NOW_MS + shift) for shift in (-1, 0, 999, 1_000)]
    found = classified(
        *rows, ("Googlebot/2.1", "", "", NOW_MS), known=Known(restored=lambda: spans)
    )
    assert [each for each, _ in found] == ["bot", "human", "human", "bot", "bot"]
    assert {rule for _, rule in found[:4]} == {"bot.library"}


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("", "human"),
        ("mark.prefetch", "prefetch"),
        ("headless.tool", "headless"),
        ("bot.word datacentre.x", "bot"),
        ("datacentre.y", "human"),
        ("datacentre.x", "datacentre"),
    ],
)
def test_a_class_follows_from_its_rule_alone(rule, given):
    assert class_of(rule, frozenset({"datacentre.x"})) == given


def test_rows_keep_their_order_and_their_own_verdict():
    found = classified(("curl/8",), (AGENTS[0],), ("curl/8", "owner"))
    assert [each for each, _ in found] == ["bot", "human", "owner"]
