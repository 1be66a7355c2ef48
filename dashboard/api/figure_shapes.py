"""What may be asked about figures, and how they are told. The names are those of the pages."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from dashboard.api.shapes import Given
from dashboard.figures.values import By, Column
from dashboard.filters import DIMENSIONS

_PERIOD = [
    ("period", str, ""),
    ("since", str, msgspec.field(default="", name="from")),
    ("to", str, ""),
    *((each.name, str, "") for each in DIMENSIONS),
]


def _query(name: str, *more: tuple[str, Any, Any]) -> type[msgspec.Struct]:
    return msgspec.defstruct(name, [*_PERIOD, *more], bases=(Given,), frozen=True, kw_only=True)


StatsQuery = _query("StatsQuery")
SeriesQuery = _query("SeriesQuery", ("interval", str, ""))
BreakdownQuery = _query("BreakdownQuery", ("by", By, msgspec.field()))
_FILE = (("interval", str, ""), ("subject", str, ""), ("style", str, ""), ("bom", str, ""))
ExportQuery = _query("ExportQuery", *_FILE)
AccountExportQuery = _query("AccountExportQuery", ("group", str, ""), *_FILE)
CrossQuery = _query("CrossQuery", ("by", Column, msgspec.field()))


class Figures(msgspec.Struct, frozen=True):
    """What the tier does not include is absent. Without a visit there is no rate and no median."""

    views: int | UnsetType = UNSET
    visitors: int | UnsetType = UNSET
    visits: int | UnsetType = UNSET
    bounces: int | UnsetType = UNSET
    clicks: int | UnsetType = UNSET
    contact_clicks: int | UnsetType = UNSET
    contact_visits: int | UnsetType = UNSET
    contact_rate: float | UnsetType | None = UNSET
    engaged_s_median: int | UnsetType | None = UNSET


class StatsShape(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    card: str | UnsetType = UNSET
    """Absent when it is about all cards of the account."""
    account: str
    first: str
    last: str
    timezone: str | None
    """Null when the cards are in several: each counts its own days."""
    totals: Figures
    previous: Figures | UnsetType | None = UNSET
    """Null when a place had too few visitors then to be shown alone."""
    automatic: int | UnsetType = UNSET
    last_visit: str | None
    """Day and hour, never the minute; null before the first one."""


class PointShape(Figures, frozen=True):
    at: str = ""


class SeriesShape(msgspec.Struct, frozen=True):
    interval: str
    points: list[PointShape]


class RowShape(Figures, frozen=True):
    key: str = ""


class BreakdownShape(msgspec.Struct, frozen=True):
    by: str
    rows: list[RowShape]


class CellShape(msgspec.Struct, frozen=True):
    views: int
    contact_clicks: int
    click_rate: float | None
    is_weak: bool


class CrossShape(msgspec.Struct, frozen=True):
    by: str
    keys: list[str]
    cards: dict[str, list[CellShape]]
    """Per card, a cell for each key."""


class LiveShape(msgspec.Struct, frozen=True):
    minutes: int
    views: int
    visitors: int
    clicks: int
    contact_clicks: int
