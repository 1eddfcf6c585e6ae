"""Pauses and rate budgets of the other sides, shared by all drains; backfills with their marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tandem.store.columns import Identity, Json, Moment, Name

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pauses",
        sa.Column("connection", Name, nullable=False),
        sa.Column("system", Name, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("outages", sa.Integer(), nullable=False),
        sa.Column("prober", Name, nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "system", name="pk_pauses"),
    )
    op.create_table(
        "budgets",
        sa.Column("connection", Name, nullable=False),
        sa.Column("system", Name, nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "system", name="pk_budgets"),
    )
    op.create_table(
        "backfills",
        sa.Column("connection", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("chosen", Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("stored", Identity, nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "name", name="pk_backfills"),
    )


def downgrade() -> None:
    op.drop_table("backfills")
    op.drop_table("budgets")
    op.drop_table("pauses")
