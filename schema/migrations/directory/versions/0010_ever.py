"""What closed days of a card add up to, for the page that every owner opens."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "ever",
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("card", name="pk_ever"),
    )
