"""The tables beside the line: letters, alerts, counters, cursors, drains."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from tandem.store.columns import Identity, Json, Moment, Name
from tandem.store.schema import metadata, partial, whose

letters = Table(
    "letters",
    metadata,
    Column("id", Identity, primary_key=True),
    *whose(),
    Column("source", Name, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fault", Text),
    Column("number", Name),
    Column("attempts", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("original", Json),
    Column("payload", Json),
    Column("document", Json),
    Column("detail", Json, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_how", Text, nullable=False),
)
"""Records that a person must look at. `version` rises with every edit and every return to the desk."""

partial(
    "uq_letters_open",
    letters.c.connection,
    letters.c.entity,
    letters.c.key,
    letters.c.company,
    where=letters.c.closed_at.is_(None),
    unique=True,
)
partial("ix_letters_open", letters.c.id, where=letters.c.closed_at.is_(None))
Index("ix_letters_record", letters.c.connection, letters.c.entity, letters.c.key)

letter_versions = Table(
    "letter_versions",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("letter_id", Identity, nullable=False),
    Column("version", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("before", Json),
    Column("after", Json),
)
"""All that happened to a letter, with what it was before and after."""

Index("ix_letter_versions_letter", letter_versions.c.letter_id, letter_versions.c.id)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("connection", Name, nullable=False),
    Column("key", Name, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
)
"""Alerts to send; they stay until they were sent."""

partial("uq_alerts_unsent", alerts.c.connection, alerts.c.key, where=alerts.c.sent_at.is_(None), unique=True)
Index("ix_alerts_key", alerts.c.connection, alerts.c.key, alerts.c.sent_at)

counters = Table(
    "counters",
    metadata,
    Column("connection", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("n", Identity, nullable=False),
    PrimaryKeyConstraint("connection", "name", name="pk_counters"),
)
"""Plain counts of what leaves nothing else behind: refused webhooks by reason, ignored types, duplicates."""

tallies = Table(
    "tallies",
    metadata,
    Column("connection", Name, nullable=False),
    Column("entity", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("n", Identity, nullable=False),
    PrimaryKeyConstraint("connection", "entity", "state", "shard", name="pk_tallies"),
)
"""How many records are in which state, kept as they change: counting a million rows takes too long to ask often.

Drains write different shards, so that they do not wait for each other; the truth is the sum.
"""

cursors = Table(
    "cursors",
    metadata,
    Column("connection", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("time", Moment, nullable=False),
    Column("id", Text, nullable=False),
    PrimaryKeyConstraint("connection", "name", name="pk_cursors"),
)
"""How far each sweep has come."""

drains = Table(
    "drains",
    metadata,
    Column("owner", Name, primary_key=True),
    Column("connection", Name),
    Column("entities", Json, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
"""Live runs that are up; one that stops beating is forgotten at `until`."""
