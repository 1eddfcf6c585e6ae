"""Letters, alerts and the small registers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from tandem.store.columns import Identity, Json, Moment, Name

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None

Where = sa.ColumnElement[bool] | sa.TextClause


def only(where: Where) -> dict[str, Any]:
    return {"sqlite_where": where, "postgresql_where": where}


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", Identity, nullable=False),
        sa.Column("connection", Name, nullable=False),
        sa.Column("company", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("source", Name, nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("number", Name, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("original", Json(), nullable=True),
        sa.Column("payload", Json(), nullable=True),
        sa.Column("document", Json(), nullable=True),
        sa.Column("detail", Json(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_how", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_letters_open", "letters", ["id"], **only(sa.text("closed_at IS NULL")))
    op.create_index("ix_letters_record", "letters", ["connection", "entity", "key"])
    op.create_index(
        "uq_letters_open",
        "letters",
        ["connection", "entity", "key", "company"],
        unique=True,
        **only(sa.text("closed_at IS NULL")),
    )
    op.create_table(
        "letter_versions",
        sa.Column("id", Identity, nullable=False),
        sa.Column("letter_id", Identity, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("before", Json(), nullable=True),
        sa.Column("after", Json(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_letter_versions_letter", "letter_versions", ["letter_id", "id"])
    op.create_table(
        "alerts",
        sa.Column("id", Identity, nullable=False),
        sa.Column("connection", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alerts_key", "alerts", ["connection", "key", "sent_at"])
    op.create_index(
        "uq_alerts_unsent", "alerts", ["connection", "key"], unique=True, **only(sa.text("sent_at IS NULL"))
    )
    op.create_table(
        "counters",
        sa.Column("connection", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("n", Identity, nullable=False),
        sa.PrimaryKeyConstraint("connection", "name", name="pk_counters"),
    )
    op.create_table(
        "tallies",
        sa.Column("connection", Name, nullable=False),
        sa.Column("entity", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("n", Identity, nullable=False),
        sa.PrimaryKeyConstraint("connection", "entity", "state", "shard", name="pk_tallies"),
    )
    op.create_table(
        "cursors",
        sa.Column("connection", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("time", Moment(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "name", name="pk_cursors"),
    )
    op.create_table(
        "drains",
        sa.Column("owner", Name, nullable=False),
        sa.Column("connection", Name, nullable=True),
        sa.Column("entities", Json(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("owner"),
    )


def downgrade() -> None:
    op.drop_table("drains")
    op.drop_table("cursors")
    op.drop_table("tallies")
    op.drop_table("counters")
    op.drop_table("alerts")
    op.drop_table("letter_versions")
    op.drop_table("letters")
