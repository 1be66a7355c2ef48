from schema.directory import horizons
from schema.directory.database import Directory


def test_nothing_was_dropped_at_first_and_a_horizon_only_moves_forward(
    directory: Directory,
) -> None:
    with directory.write() as conn:
        assert horizons.since_ms(conn, horizons.RAW) == 0
        horizons.move(conn, horizons.RAW, 2_000)
        horizons.move(conn, horizons.RAW, 1_000)
        assert horizons.since_ms(conn, horizons.RAW) == 2_000
        assert horizons.since_ms(conn, "other") == 0
