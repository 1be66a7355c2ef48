"""One spool file on its way to the store: open, or resting after a failure.

A file that fails is left for a while, longer each time, without end and without holding up others.
"""

from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import structlog

from pipeline.spools import SpoolFile, put_out_of_the_way
from schema.errors import BaliseError, Unavailable
from schema.spooled import is_unreadable

RETRY_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""How long a spool rests after each failure in a row; the last one again and again, without end."""
FLUSH_S = 60.0
"""How often counters move to the ledger, at a moment when nothing waits…"""
FLUSH_S_MAX = 600.0
"""…and how long such a moment is waited for."""

log = structlog.get_logger()


@dataclass(slots=True)
class Lane:
    path: Path
    file: SpoolFile | None = None
    failures: int = 0
    rests_until_s: float = 0.0
    flushed_s: float = field(default_factory=monotonic)

    def opened(self) -> SpoolFile:
        self.file = self.file or SpoolFile(self.path)
        return self.file

    def rests(self) -> bool:
        return self.rests_until_s > monotonic()

    def fail(self, error: Exception) -> None:
        """Told, put out of the way if nobody can read it, and left for a while."""
        rest_s = RETRY_S[min(self.failures, len(RETRY_S) - 1)]
        self.failures += 1
        self.rests_until_s = monotonic() + rest_s
        if is_unreadable(error):
            put_out_of_the_way(self.path)
        _tell(error, self.path, rest_s)

    def flush_due(self, *, drained: bool) -> bool:
        return monotonic() - self.flushed_s >= (FLUSH_S if drained else FLUSH_S_MAX)

    def flushed(self) -> None:
        self.flushed_s = monotonic()

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


def _tell(error: Exception, path: Path, retry_s: float) -> None:
    facts = {"spool": path.name, "error": str(error), "retry_s": retry_s}
    if isinstance(error, Unavailable):
        log.warning("shipment_waits", **facts)
    elif is_unreadable(error):
        log.critical("spool_unreadable", **facts)
    else:
        log.error("shipment_failed", **facts, exc_info=not isinstance(error, BaliseError))
