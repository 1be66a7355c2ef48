"""`make bench`: runs every question, or those named: `python -m benchmarks help ready`."""

import importlib
import sys
from pathlib import Path

QUESTIONS = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))


def main(names: list[str]) -> None:
    wanted = [f"bench_{name}" for name in names] or QUESTIONS
    unknown = sorted(set(wanted) - set(QUESTIONS))
    if unknown:
        there = ", ".join(name.removeprefix("bench_") for name in QUESTIONS)
        sys.exit(f"Unknown benchmark {unknown[0].removeprefix('bench_')!r}. There are: {there}.")
    for name in wanted:
        importlib.import_module(f"benchmarks.{name}").measure().publish()


if __name__ == "__main__":
    main(sys.argv[1:])
