"""Sessions that can be told apart, one-time codes beside passwords, and links that show a card."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Sessions so far do not say whose browser they are: everyone signs in again.
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user"], ["users.id"], name="fk_sessions_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.UniqueConstraint("id", name="uq_sessions_id"),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"], unique=False)
    op.add_column("users", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.create_table(
        "shared_links",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card"], ["cards.id"], name="fk_shared_links_card", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shared_links"),
        sa.UniqueConstraint("token_hash", name="uq_shared_links_token_hash"),
    )
    op.create_index("ix_shared_links_card", "shared_links", ["card"], unique=False)
