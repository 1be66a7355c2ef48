"""What owners write beside their figures, and the groups they put their cards in."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "annotations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card"], ["cards.id"], name="fk_annotations_card", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_annotations"),
    )
    op.create_index("ix_annotations_card", "annotations", ["card"], unique=False)
    op.create_table(
        "card_groups",
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card"], ["cards.id"], name="fk_card_groups_card", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("card", "name", name="pk_card_groups"),
    )
