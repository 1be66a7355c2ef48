"""Histories of cards, drawn by Hypothesis: the traffic in which a wrong rule would show."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from schema.days import day_span_ms

ZONES: Mapping[str, str] = {
    "paris": "Europe/Paris",
    "paris2": "Europe/Paris",
    "miquelon": "America/Miquelon",
    "marquesas": "Pacific/Marquesas",
    "howe": "Australia/Lord_Howe",
    "cairo": "Africa/Cairo",  # its midnight does not exist on one day a year
}
NIGHTS = ("2026-03-08", "2026-03-29", "2026-04-05", "2026-04-24", "2026-10-25", "2026-11-01")
"""Nights around which one of these zones changes its clock."""

MINUTE_MS = 60_000
HALF_AN_HOUR_MS = 30 * MINUTE_MS
GAPS_MS = (0, 1, 1_000, 5 * MINUTE_MS, HALF_AN_HOUR_MS - 1, HALF_AN_HOUR_MS, HALF_AN_HOUR_MS + 1)


def utc_ms(iso: str) -> int:
    return int(datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp() * 1000)


moments = st.one_of(
    st.builds(
        lambda night, offset_ms: utc_ms(night) + offset_ms,
        st.sampled_from(NIGHTS),
        st.integers(-36 * 60, 36 * 60).map(lambda minutes: minutes * MINUTE_MS),
    ),
    # Exactly at, and one millisecond before, the start of a local day.
    st.builds(
        lambda night, zone, before: day_span_ms(date.fromisoformat(night), zone)[0] - before,
        st.sampled_from(NIGHTS),
        st.sampled_from(sorted(ZONES.values())),
        st.sampled_from((0, 1)),
    ),
)

steps = st.fixed_dictionaries(
    {
        "gap_ms": st.sampled_from(GAPS_MS),
        "page": st.sampled_from(("p" * 12, "q" * 12, "A" * 12)),
        "name": st.sampled_from(("view", "view", "click", "click", "engage", "engage", "played")),
        "target": st.sampled_from(("phone", "email", "website", "linkedin")),
        "ms": st.sampled_from((0, 400, 9_999, 10_000, 60_000, HALF_AN_HOUR_MS, 2 * 3_600_000)),
        "class": st.sampled_from(("human", "human", "human", "human", "bot", "owner")),
        "source": st.sampled_from(("", "qr", "search")),
        "country": st.sampled_from(("FR", "BE", "")),
        "city": st.sampled_from(("Brest", "Mons")),
    }
)

walks = st.fixed_dictionaries(
    {
        "card": st.sampled_from(sorted(ZONES)),
        "visitor": st.integers(1, 3),
        "start": moments,
        "steps": st.lists(steps, min_size=1, max_size=6),
    }
)
"""What one visitor does on one card."""


def _events(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    events: dict[tuple[str, str, int], dict[str, Any]] = {}
    for walk in found:
        at_ms = walk["start"]
        for step in walk["steps"]:
            at_ms += step["gap_ms"]
            seq = len(events)
            event = _NOTHING | step | {"card": walk["card"], "visitor": walk["visitor"]}
            event |= {"at": at_ms, "received": at_ms, "seq": seq, "region": f"of {step['city']}"}
            event["target"] = step["target"] if step["name"] == "click" else ""
            del event["gap_ms"]
            events[event["card"], event["page"], seq] = event | {"language": event["lang"]}
    return list(events.values())


histories = st.lists(walks, max_size=12).map(_events)
"""Events as dictionaries, with the columns of `events`; out of order, as walks are drawn."""

_TEXTS = (
    *("label", "medium", "item", "referrer", "tz", "agent", "browser", "os", "geo", "rule"),
    *("source", "country", "region", "city", "target"),
)
_NOTHING = dict.fromkeys(_TEXTS, "") | {
    "lang": "fr-FR",
    "device": "mobile",
    "scroll": 0,
    "width": 0,
}
