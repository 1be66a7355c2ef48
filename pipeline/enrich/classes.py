"""Who made an event: a person, or one of the kinds of automatic traffic, and by which rule.

Every event keeps its class and the id of the rule that gave it, so that a rule which proves wrong
can be found and undone (`pipeline/reclassify.py`). What tells most decides: the mark that the
collector set from the request itself, then the user agent by `rules.toml`. What nothing tells is
`human`.

A network of a data centre only flags: people behind a private relay or a company's gateway come
from there too. Its id stands in `rule`, alone or behind the rule that decided, and the class stays
what it was.

Ops may restore a rule for a card and a range of days (`restored.py`): the events keep their rule,
so that this can be undone, and their class is `human`.
"""

import tomllib
from functools import cache, partial
from pathlib import Path

import msgspec
import polars as pl

from pipeline.enrich.known import Known
from pipeline.enrich.lookup import LookUp, by_value, look_up
from pipeline.enrich.networks import FLAG

RULES_FILE = Path(__file__).with_name("rules.toml")
HUMAN = "human"
CLASSES = (HUMAN, "bot", "preview", "scanner", "prefetch", "headless", "datacentre", "owner")
MARK = "mark."
"""How ids begin that tell what the collector marked. Like `FLAG`, not a rule of `rules.toml`."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    reason: str
    any: list[str]

    @property
    def gives(self) -> str:
        return self.id.partition(".")[0]

    @property
    def matches(self) -> pl.Expr:
        """Matched by Polars, thirty times as fast as Python's `re`."""
        return pl.col("agent").str.contains(f"(?i){'|'.join(self.any)}")


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    rules: list[Rule]


@cache
def rules() -> Rules:
    return msgspec.convert(tomllib.loads(RULES_FILE.read_text(encoding="utf-8")), Rules)


def add_classes(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    told = _agents().beside(frame)
    marked = look_up(told, "mark", by_value(_rule_of_mark, ("rule",)), beside="agent_rule")
    decided = marked.with_columns(
        pl.when(pl.col("rule") != "").then("rule").otherwise("agent_rule").alias("rule")
    ).drop("agent_rule")
    flagged = known.networks.flag(decided)
    judged = look_up(flagged, "rule", by_value(partial(_class_of_rule, known), ("class",)))
    return apply_spans(judged, known.restored())


def _rule_of_mark(mark: str) -> tuple[str]:
    return (MARK + mark if mark else "",)


def _class_of_rule(known: Known, rule: str) -> tuple[str]:
    return (class_of(rule, known.networks.excluded),)


def class_of(rule: str, excluded: frozenset[str]) -> str:
    """`excluded`: flags of networks whose traffic this installation does not count."""
    decides = deciding(rule)
    if decides.startswith(MARK):
        return decides.removeprefix(MARK)
    if decides and not decides.startswith(FLAG):
        return decides.partition(".")[0]
    return "datacentre" if decides in excluded else HUMAN


def apply_spans(frame: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Columns `card`, `at`, `rule` and `class` in; what is restored has class `human` out."""
    if spans.is_empty():
        return frame
    automatic = frame.with_row_index("row").filter(pl.col("class") != HUMAN)
    caught = automatic.select(
        "row",
        "at",
        pl.col("card").cast(pl.String),
        decides=pl.col("rule").cast(pl.String).str.split(" ").list.first(),
    )
    held = (pl.col("start") <= pl.col("at")) & (pl.col("at") < pl.col("end"))
    rows = caught.join(spans, on=["card", "decides"]).filter(held)["row"].unique()
    again = pl.int_range(pl.len()).is_in(rows.implode())
    return frame.with_columns(
        pl.when(again).then(pl.lit(HUMAN)).otherwise(pl.col("class").cast(pl.String)).alias("class")
    )


def deciding(rule: str) -> str:
    return rule.partition(" ")[0]


def rules_of_agents(agents: pl.Series) -> pl.DataFrame:
    """Column `agent_rule`: the id of the first rule that matches, or nothing."""
    first = [pl.when(rule.matches).then(pl.lit(rule.id)) for rule in rules().rules]
    return agents.to_frame("agent").select(agent_rule=pl.coalesce(*first, pl.lit("")))


@cache
def _agents() -> LookUp:
    return LookUp("agent", rules_of_agents)
