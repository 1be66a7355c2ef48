import sqlalchemy as sa

from schema.directory import audit
from schema.directory.database import Directory
from schema.directory.tables import audit as table


def test_what_was_done_is_kept_in_order(directory: Directory) -> None:
    with directory.write() as conn:
        audit.record(conn, actor="shell", action="card.create", subject="k7Hq2xPa", now_ms=1_000)
        audit.record(conn, actor="shell", action="card.delete", subject="k7Hq2xPa", now_ms=2_000)
    with directory.read() as conn:
        rows = conn.execute(sa.select(table).order_by(table.c.id)).all()
    assert [tuple(row)[1:] for row in rows] == [
        (1_000, "shell", "card.create", "k7Hq2xPa"),
        (2_000, "shell", "card.delete", "k7Hq2xPa"),
    ]
