"""Leases that ran out in a row, and reservations of values that only one drain at a time may write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tandem.store.columns import Moment, Name

revision = "r0005"
down_revision = "r0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("queue", sa.Column("cuts", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "reservations",
        sa.Column("connection", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("value", Name, nullable=False),
        sa.Column("owner", Name, nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "entity", "value", name="pk_reservations"),
    )


def downgrade() -> None:
    op.drop_table("reservations")
    op.drop_column("queue", "cuts")
