"""Who wants to be told how often a card is looked at; and cards whose events are to be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("pace", sa.String(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name="fk_alerts_card", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_alerts_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("card", "user", name="pk_alerts"),
    )
    op.create_index("ix_alerts_card", "alerts", ["card"], unique=False)
    op.create_index("ix_alerts_user", "alerts", ["user"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("card", name="pk_erasures"),
    )
