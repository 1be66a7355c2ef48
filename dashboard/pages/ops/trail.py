"""`/ops/trail`: who did what to whom, the last first; and the rows that could not be stored."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from dashboard.site import Reader
from schema.directory import audit

LINES_MAX = 200

_SET_ASIDE = """
SELECT reason, count(), toString(max(received)), anyLast(substring(body, 1, 300))
FROM quarantine GROUP BY reason ORDER BY count() DESC, reason LIMIT {most:UInt32}
"""


def show(request: Request, reader: Reader) -> Response:
    with reader.site.directory.read() as conn:
        lines = audit.latest(conn, LINES_MAX)
    return reader.renderer.page(
        "ops/trail.html",
        reader=reader,
        lines=[
            (f"{datetime.fromtimestamp(line.at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC", line)
            for line in lines
        ],
    )


def quarantine(request: Request, reader: Reader) -> Response:
    rows = reader.site.store.rows(_SET_ASIDE, {"most": LINES_MAX})
    return reader.renderer.page("ops/quarantine.html", reader=reader, rows=list(rows))
