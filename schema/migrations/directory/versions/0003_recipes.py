"""With what closed days were computed, since when events are held whole, and facts about runs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Nobody knows in which zone the days so far were computed: all are computed again.
    op.drop_table("rolled_days")
    op.create_table(
        "rolled_days",
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("recipe", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("card", name="pk_rolled_days"),
    )
    op.add_column("runs", sa.Column("facts", sa.JSON(), nullable=True))
    op.create_table(
        "horizons",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_horizons"),
    )
