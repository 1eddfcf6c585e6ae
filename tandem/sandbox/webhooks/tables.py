"""Where events and the tries to deliver them are kept."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from tandem.sandbox.database import metadata

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("occurred", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),
    Column("behind", Integer),
    Index("event_due", "state", "due", "seq"),
    Index("event_of_id", "event_id"),
    Index("event_of_subject", "subject"),
)
"""`due` is in Unix seconds; `behind` is the event that goes first. A doubled event is a second row."""

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sent", Text, nullable=False),
    Column("status", Integer),
    Column("error", Text, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Index("attempt_of_event", "seq"),
)
