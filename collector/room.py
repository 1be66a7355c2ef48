"""How much may still be written to a spool: what its file may hold, and what must stay free.

Pages that the shipper has emptied count as free, for SQLite fills them before it grows. A look
costs as much as a commit, so between two looks what was written is simply subtracted.
"""

import shutil
import sqlite3
from pathlib import Path
from time import monotonic

LOOK_S = 0.5
"""Longer than this, what others did to the disk is not guessed."""


class Room:
    def __init__(self, folder: Path, *, bytes_max: int, free_bytes_min: int) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._free_bytes_min = free_bytes_min
        self._left_bytes = 0
        self._looked_s = 0.0

    def lack(self, file: sqlite3.Connection, more_bytes: int) -> str:
        """Why that many bytes cannot be taken, or nothing."""
        if more_bytes > self._left_bytes or monotonic() > self._looked_s + LOOK_S:
            return self.look(file, more_bytes)
        self._left_bytes -= more_bytes
        return ""

    def look(self, file: sqlite3.Connection, more_bytes: int) -> str:
        self._looked_s = monotonic()
        try:
            page_bytes, pages, emptied = (
                file.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_size", "page_count", "freelist_count")
            )
            free_bytes = shutil.disk_usage(self._folder).free
        except (sqlite3.Error, OSError):
            return ""  # what is wrong with the file is told by the attempt to write to it
        may_hold = self._bytes_max - (pages - emptied) * page_bytes
        may_fill = free_bytes + emptied * page_bytes - self._free_bytes_min
        self._left_bytes = min(may_hold, may_fill) - more_bytes
        if may_hold < more_bytes:
            return f"The spool holds its {self._bytes_max} bytes; is the shipper running?"
        if may_fill < more_bytes:
            return f"The disk of {self._folder} has only {free_bytes} bytes free; make room."
        return ""
