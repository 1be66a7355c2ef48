"""The file that says which rows were refused, and why: `line,reason`. None when there are none.

It never quotes a row: a row may hold what no disk may.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from schema.errors import Unavailable


class Report:
    """Appears under its name when the import has ended, in place of an older one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._draft = path.with_name(path.name + ".part")

    def __enter__(self) -> Self:
        return self

    def add(self, refused: pl.DataFrame) -> None:
        if refused.height:
            try:
                with self._draft.open("ab" if self.rows else "wb") as file:
                    refused.write_csv(file, include_header=not self.rows)
            except OSError as error:
                raise self._unwritable(error) from None
            self.rows += refused.height

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            if self.rows:
                self._draft.replace(self.path)
        except OSError as fault:
            raise self._unwritable(fault) from None

    def _unwritable(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"The report {self.path} cannot be written ({error.strerror}); make room, or name "
            "another place with --report."
        )
