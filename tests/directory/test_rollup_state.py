from datetime import date

from schema.directory import rollup_state
from schema.directory.database import Directory

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def test_each_card_has_its_own_last_day(directory: Directory) -> None:
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {"a": MONDAY, "b": MONDAY})
        rollup_state.set_rolled(conn, {"b": TUESDAY})
        rollup_state.set_rolled(conn, {})
    with directory.read() as conn:
        assert rollup_state.rolled_through(conn) == {"a": MONDAY, "b": TUESDAY}


def test_a_day_is_late_from_its_first_mark_until_all_are_cleared(directory: Directory) -> None:
    with directory.write() as conn:
        rollup_state.mark_late(conn, {("a", MONDAY), ("b", TUESDAY)})
        rollup_state.mark_late(conn, [("a", MONDAY)])
        rollup_state.mark_late(conn, [])
    with directory.write() as conn:
        assert rollup_state.late(conn) == {("a", MONDAY): 2, ("b", TUESDAY): 1}
        rollup_state.clear_late(conn, {("a", MONDAY): 2})
        rollup_state.clear_late(conn, {})
        assert rollup_state.late(conn) == {("b", TUESDAY): 1}


def test_a_day_marked_while_it_is_computed_stays_late(directory: Directory) -> None:
    with directory.write() as conn:
        rollup_state.mark_late(conn, {("a", MONDAY)})
    with directory.read() as conn:
        read = rollup_state.late(conn)
    with directory.write() as conn:
        rollup_state.mark_late(conn, {("a", MONDAY)})
    with directory.write() as conn:
        rollup_state.clear_late(conn, read)
        assert set(rollup_state.late(conn)) == {("a", MONDAY)}


def test_one_card_can_be_asked_for_alone(directory: Directory) -> None:
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {"a": TUESDAY, "b": MONDAY})
        rollup_state.mark_late(conn, {("a", MONDAY), ("b", TUESDAY)})
    with directory.read() as conn:
        assert rollup_state.of_card(conn, "a") == (TUESDAY, frozenset({MONDAY}))
        assert rollup_state.of_card(conn, "c") == (None, frozenset())
