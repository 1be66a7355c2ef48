"""Rules that ops take back for a card and a range of days, and reclassifications under way."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "restored_rules",
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card"], ["cards.id"], name="fk_restored_rules_card", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("card", "rule", "first", "last", name="pk_restored_rules"),
    )
    op.create_index("ix_restored_rules_card", "restored_rules", ["card"], unique=False)
    op.create_table(
        "reclassifications",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_reclassifications"),
    )
