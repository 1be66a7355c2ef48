"""Long lists in pages: in the order of their keys, each page begins after the last key seen."""

from collections.abc import Mapping
from typing import TypeVar

from dashboard.api.shapes import Listed, PageQuery

T = TypeVar("T")


def listed(query: PageQuery, rows: Mapping[str, T]) -> Listed[T]:
    rest = sorted(key for key in rows if key > query.after)
    keys = rest[: query.limit]
    return Listed([rows[key] for key in keys], keys[-1] if len(rest) > len(keys) else None)
