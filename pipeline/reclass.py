"""Which stored events would have another class by the rules and restorations of now: pure.

A class follows from what is stored with an event: its agent, and the parts of its rule that tell
what only the request could (the collector's mark, the flag of its network). So there is nothing to
remember of what was changed before, and going back gives the same tables.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec
import polars as pl

from pipeline.enrich.classes import HUMAN, MARK, class_of, deciding, rules_of_agents
from pipeline.enrich.networks import FLAG

AGENTS_A_CHANGE = 500
"""They are named in one statement, which the engine keeps until it has run."""


class Scope(msgspec.Struct, frozen=True):
    """Which events: [start, end), of one card or of all but the scopes that are left out."""

    start_ms: int
    end_ms: int
    card: str = ""
    restored: frozenset[str] = frozenset()
    without: tuple["Scope", ...] = ()

    @property
    def where(self) -> str:
        at = (
            f"at >= fromUnixTimestamp64Milli({self.start_ms})"
            f" AND at < fromUnixTimestamp64Milli({self.end_ms})"
        )
        card = f" AND card = '{self.card}'" if self.card else ""
        return at + card + "".join(f" AND NOT ({each.where})" for each in self.without)


class Change(msgspec.Struct, frozen=True):
    """What the events of these agents become that have this rule and class."""

    scope: Scope
    rule: str
    class_: str
    new_rule: str
    new_class: str
    events: int
    agents: tuple[str, ...]

    @property
    def turns(self) -> int:
        """1 when automatic traffic becomes human, -1 the other way round."""
        return (self.new_class == HUMAN) - (self.class_ == HUMAN)

    @property
    def where(self) -> str:
        return self.among("")

    @property
    def parameters(self) -> dict[str, Any]:
        return self.named("")

    def among(self, n: str) -> str:
        """As one condition of several: each has parameters of its own."""
        return (
            f"{self.scope.where} AND rule = {{rule{n}:String}} AND class = {{class{n}:String}}"
            f" AND agent IN {{agents{n}:Array(String)}}"
        )

    def named(self, n: str) -> dict[str, Any]:
        held = {"rule": self.rule, "class": self.class_, "agents": list(self.agents)}
        return {f"{name}{n}": value for name, value in held.items()}


class Plan(msgspec.Struct, frozen=True):
    token: str
    changes: tuple[Change, ...]
    days: tuple[tuple[str, date], ...]
    """Of cards, whose figures change."""
    ledger: tuple[tuple[str, str, str, int], ...]
    """Day, card, outcome, and by how much it changes."""

    @property
    def events(self) -> int:
        return sum(change.events for change in self.changes)


def scopes(whole: Scope, spans: pl.DataFrame) -> list[Scope]:
    """The pieces of time in which rules are restored for a card, and all the rest."""
    mine = spans.filter((pl.col("card") == whole.card) if whole.card else pl.lit(True))
    pieces = [
        Scope(max(start, whole.start_ms), min(end, whole.end_ms), card, restored)
        for (card,), part in mine.partition_by("card", as_dict=True, maintain_order=True).items()
        for start, end, restored in _pieces(part)
        if start < whole.end_ms and end > whole.start_ms
    ]
    return [*pieces, Scope(whole.start_ms, whole.end_ms, whole.card, without=tuple(pieces))]


def _pieces(spans: pl.DataFrame) -> Iterator[tuple[int, int, frozenset[str]]]:
    bounds = sorted({*spans["start"], *spans["end"]})
    for start, end in pairwise(bounds):
        holds = spans.filter((pl.col("start") <= start) & (pl.col("end") >= end))
        if holds.height:
            yield start, end, frozenset(holds["decides"])


def changes(found: pl.DataFrame, scope: Scope, excluded: frozenset[str]) -> list[Change]:
    """Of columns `agent`, `rule`, `class` and `n`: pure."""
    told = found.with_columns(rules_of_agents(found["agent"]))
    groups: dict[tuple[str, str, str, str], list[tuple[str, int]]] = {}
    for agent, rule, class_, n, agent_rule in told.iter_rows():
        new_rule = _rule_now(rule, agent_rule)
        back = deciding(new_rule) in scope.restored
        new_class = HUMAN if back else class_of(new_rule, excluded)
        if (new_rule, new_class) != (rule, class_):
            groups.setdefault((rule, class_, new_rule, new_class), []).append((agent, n))
    return [
        Change(scope, *group, sum(n for _, n in some), tuple(agent for agent, _ in some))
        for group, agents in sorted(groups.items())
        for some in _some_at_a_time(sorted(agents))
    ]


def _some_at_a_time(agents: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    for first in range(0, len(agents), AGENTS_A_CHANGE):
        yield agents[first : first + AGENTS_A_CHANGE]


def _rule_now(rule: str, agent_rule: str) -> str:
    parts = rule.split(" ")
    kept_mark = [part for part in parts if part.startswith(MARK)]
    kept_flag = [part for part in parts if part.startswith(FLAG)]
    return " ".join([*(kept_mark or [agent_rule]), *kept_flag]).strip()
