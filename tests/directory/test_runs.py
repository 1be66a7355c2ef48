from schema.directory import runs
from schema.directory.database import Directory
from schema.directory.runs import Run


def test_the_last_run_of_each_job_is_shown(directory: Directory) -> None:
    with directory.write() as conn:
        first = runs.start(conn, "rollup", 1_000)
        runs.finish(conn, first, now_ms=2_000, rows=10)
        second = runs.start(conn, "rollup", 3_000)
        runs.finish(conn, second, now_ms=4_000, rows=None, error="The store is away.")
        third = runs.start(conn, "ship", 5_000)
        runs.note(conn, third, {"recipe": 2})
    with directory.read() as conn:
        assert runs.latest(conn) == [
            Run(second, "rollup", 3_000, 4_000, None, "The store is away."),
            Run(third, "ship", 5_000, None, None, None, {"recipe": 2}),
        ]


def test_an_alarm_stays_while_the_next_run_is_under_way(directory: Directory) -> None:
    with directory.write() as conn:
        failed = runs.start(conn, "rollup", 1_000)
        runs.finish(conn, failed, now_ms=2_000, rows=None, error="The store is away.")
        runs.start(conn, "rollup", 3_000)
    with directory.read() as conn:
        assert [run.error for run in runs.latest(conn)] == ["The store is away."]
