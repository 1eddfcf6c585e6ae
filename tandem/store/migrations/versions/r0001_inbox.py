"""Inbox and queue."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from tandem.store.columns import Identity, Json, Moment, Name

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

Where = sa.ColumnElement[bool] | sa.TextClause


def only(where: Where) -> dict[str, Any]:
    return {"sqlite_where": where, "postgresql_where": where}


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("connection", Name, nullable=False),
        sa.Column("company", Name, nullable=False),
        sa.PrimaryKeyConstraint("connection"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", Identity, nullable=False),
        sa.Column("connection", Name, nullable=False),
        sa.Column("company", Name, nullable=False),
        sa.Column("source", Name, nullable=False),
        sa.Column("event_id", Name, nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("entity", Name, nullable=True),
        sa.Column("key", Name, nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("body", Json(), nullable=True),
        sa.Column("edited", Json(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("occurred_at", Moment(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection", "source", "event_id", name="uq_inbox_event"),
    )
    op.create_index("ix_inbox_open", "inbox", ["connection", "entity", "key"], **only(sa.text("settled_at IS NULL")))
    op.create_index("ix_inbox_record", "inbox", ["connection", "entity", "key"])
    op.create_index("ix_inbox_unused", "inbox", ["key"], **only(sa.text("entity IS NULL")))
    op.create_table(
        "queue",
        sa.Column("id", Identity, nullable=False),
        sa.Column("connection", Name, nullable=False),
        sa.Column("company", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("source", Name, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("available_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", Name, nullable=True),
        sa.Column("parked_entity", Name, nullable=True),
        sa.Column("parked_key", Name, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection", "entity", "key", "source", "company", name="uq_queue_key"),
    )
    op.create_index(
        "ix_queue_later",
        "queue",
        ["connection", "entity", "source", "available_at"],
        **only(sa.column("ready", sa.Boolean).is_(False)),
    )
    op.create_index("ix_queue_leased", "queue", ["lease_owner"], **only(sa.text("lease_owner IS NOT NULL")))
    op.create_index(
        "ix_queue_parked",
        "queue",
        ["connection", "parked_entity", "parked_key"],
        **only(sa.text("parked_key IS NOT NULL")),
    )
    op.create_index(
        "ix_queue_ready",
        "queue",
        ["connection", "entity", "source", "rank", "received_at", "place"],
        **only(sa.column("ready", sa.Boolean).is_(True)),
    )


def downgrade() -> None:
    op.drop_table("queue")
    op.drop_table("inbox")
    op.drop_table("connections")
