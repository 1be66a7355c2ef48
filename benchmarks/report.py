"""One shape for every result: the question, the machine, the rows, and what limits them."""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.machine import facts

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    values: tuple[float, ...]
    unit: str
    bar: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(round(value, 4) for value in self.values))

    @property
    def middle(self) -> float:
        return median(self.values)


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    question: str
    rows: tuple[Row, ...]
    notes: str = ""
    machine: dict[str, str] = field(default_factory=facts)

    def publish(self) -> None:
        """Prints the figures, the machine first, and keeps them in `results/`."""
        print(f"\n{self.question}")
        for name, value in self.machine.items():
            print(f"  {name:10} {value}")
        for row in self.rows:
            low, high = min(row.values), max(row.values)
            print(
                f"  {row.what:52} {row.middle:10.2f} {row.unit:8} "
                f"({low:.2f} to {high:.2f}, {len(row.values)} runs)  {row.bar}"
            )
        if self.notes:
            print(f"  {self.notes}")
        kept = asdict(self) | {"measured": datetime.now(UTC).date().isoformat()}
        text = json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
        (RESULTS / f"{self.name}.json").write_text(text, encoding="utf-8")
