"""Records, ledger and crosswalk."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from tandem.store.columns import Exact, Identity, Json, Moment, Name

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None

Where = sa.ColumnElement[bool] | sa.TextClause


def only(where: Where) -> dict[str, Any]:
    return {"sqlite_where": where, "postgresql_where": where}


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("id", Identity, nullable=False),
        sa.Column("connection", Name, nullable=False),
        sa.Column("company", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("source", Name, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number", Name, nullable=True),
        sa.Column("target", Name, nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("payload_hash", sa.Text(), nullable=True),
        sa.Column("payload", Json(), nullable=True),
        sa.Column("written", sa.Boolean(), nullable=False),
        sa.Column("amount", Exact(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("parent_entity", Name, nullable=True),
        sa.Column("parent_key", Name, nullable=True),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection", "entity", "key", "company", name="uq_records_key"),
    )
    op.create_index("ix_records_key", "records", ["key"])
    op.create_index("ix_records_number", "records", ["number"], **only(sa.text("number IS NOT NULL")))
    op.create_index(
        "ix_records_parent",
        "records",
        ["connection", "parent_entity", "parent_key"],
        **only(sa.text("parent_key IS NOT NULL")),
    )
    op.create_index("ix_records_state", "records", ["connection", "entity", "state", "id"])
    op.create_index("ix_records_target", "records", ["target"], **only(sa.text("target IS NOT NULL")))
    op.create_table(
        "ledger",
        sa.Column("id", Identity, nullable=False),
        sa.Column("connection", Name, nullable=False),
        sa.Column("company", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("amount", Exact(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("flow_run_id", sa.Text(), nullable=True),
        sa.Column("detail", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ledger_record", "ledger", ["connection", "entity", "key", "id"])
    op.create_table(
        "links",
        sa.Column("id", Identity, nullable=False),
        sa.Column("connection", Name, nullable=False),
        sa.Column("company", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("target", Name, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("bound_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection", "entity", "key", "company", name="uq_links_key"),
    )
    op.create_index("ix_links_target", "links", ["connection", "entity", "target"])


def downgrade() -> None:
    op.drop_table("links")
    op.drop_table("ledger")
    op.drop_table("records")
