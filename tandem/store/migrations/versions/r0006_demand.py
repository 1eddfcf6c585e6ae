"""What records take from stock until the target has them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tandem.store.columns import Exact, Moment, Name

revision = "r0006"
down_revision = "r0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demand",
        sa.Column("connection", Name, nullable=False),
        sa.Column("company", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("line", Name, nullable=False),
        sa.Column("sku", Name, nullable=False),
        sa.Column("location", Name, nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "entity", "key", "line", "company", name="pk_demand"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_demand_sku", "demand", ["connection", "sku"])


def downgrade() -> None:
    op.drop_table("demand")
