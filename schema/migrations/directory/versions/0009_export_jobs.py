"""Files that take long are made by a job, and wait for whoever asked for them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "export_jobs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=True),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("part", sa.Float(), nullable=False),
        sa.Column("finished_ms", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_export_jobs_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["card"], ["cards.id"], name="fk_export_jobs_card", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_export_jobs"),
    )
    op.create_index("ix_export_jobs_account", "export_jobs", ["account"], unique=False)
    op.create_index("ix_export_jobs_card", "export_jobs", ["card"], unique=False)
