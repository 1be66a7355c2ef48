"""Items: what leads to a card, under a short code; and the key that signs them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "items",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name="fk_items_card", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code", name="pk_items"),
    )
    op.create_index("ix_items_card", "items", ["card"], unique=False)
