"""The tables that records go through; a new column means a new migration (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from tandem.store.columns import Exact, Identity, Json, Moment, Name
from tandem.store.schema import metadata, partial, whose

connections = Table(
    "connections",
    metadata,
    Column("connection", Name, primary_key=True),
    Column("company", Name, nullable=False),
)
"""Which company a connection belongs to; never changes."""

inbox = Table(
    "inbox",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("connection", Name, nullable=False),
    Column("company", Name, nullable=False),
    Column("source", Name, nullable=False),
    Column("event_id", Name, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("entity", Name),
    Column("key", Name),
    Column("version", Text),
    Column("body", Json),
    Column("edited", Json),
    Column("priority", Integer, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("occurred_at", Moment),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("settled_at", Moment),
    UniqueConstraint("connection", "source", "event_id", name="uq_inbox_event"),
)
"""Every event that ever arrived; `settled_at` is NULL while it waits for a drain."""

partial(
    "ix_inbox_open",
    inbox.c.connection,
    inbox.c.entity,
    inbox.c.key,
    where=inbox.c.settled_at.is_(None),
)
partial("ix_inbox_unused", inbox.c.key, where=inbox.c.entity.is_(None))
Index("ix_inbox_record", inbox.c.connection, inbox.c.entity, inbox.c.key)

queue = Table(
    "queue",
    metadata,
    Column("id", Identity, primary_key=True),
    *whose(),
    Column("source", Name, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("place", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("ready", Boolean, nullable=False),
    Column("available_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("cuts", Integer, nullable=False, server_default="0"),
    Column("lease_owner", Name),
    Column("parked_entity", Name),
    Column("parked_key", Name),
    UniqueConstraint("connection", "entity", "key", "source", "company", name="uq_queue_key"),
)
"""One row per key that has open events: what a drain claims, so a key is never in two hands.

`ready` rows may be taken now, in the order of `rank` (the negative priority), arrival, and `place` among those that
were handed in together. The others are leased or
postponed and become ready at `available_at`; a lease is nothing but a postponement with an owner. `cuts` are the leases
in a row that ran out. The row goes when nothing is open any more, so the table stays as small as the backlog.
"""

_LANE = (queue.c.connection, queue.c.entity, queue.c.source)
partial(
    "ix_queue_ready",
    *_LANE,
    queue.c.rank,
    queue.c.received_at,
    queue.c.place,
    where=queue.c.ready.is_(True),
)
partial("ix_queue_later", *_LANE, queue.c.available_at, where=queue.c.ready.is_(False))
partial("ix_queue_leased", queue.c.lease_owner, where=queue.c.lease_owner.is_not(None))
partial(
    "ix_queue_parked",
    queue.c.connection,
    queue.c.parked_entity,
    queue.c.parked_key,
    where=queue.c.parked_key.is_not(None),
)

records = Table(
    "records",
    metadata,
    Column("id", Identity, primary_key=True),
    *whose(),
    Column("source", Name, nullable=False),
    Column("state", Text, nullable=False),
    Column("number", Name),
    Column("target", Name),
    Column("version", Text),
    Column("content_hash", Text),
    Column("payload_hash", Text),
    Column("payload", Json),
    Column("written", Boolean, nullable=False),
    Column("amount", Exact),
    Column("currency", Text),
    Column("reason", Text, nullable=False),
    Column("fault", Text),
    Column("parent_entity", Name),
    Column("parent_key", Name),
    Column("first_seen", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("folded", Name),
    UniqueConstraint("connection", "entity", "key", "company", name="uq_records_key"),
)
"""The present state of every record that ever arrived; `folded`: the key of what tells of goods, as codes compare."""

Index("ix_records_key", records.c.key)
Index("ix_records_state", records.c.connection, records.c.entity, records.c.state, records.c.id)
partial("ix_records_number", records.c.number, where=records.c.number.is_not(None))
partial(
    "ix_records_folded",
    records.c.connection,
    records.c.entity,
    records.c.folded,
    where=records.c.folded.is_not(None),
)
partial("ix_records_target", records.c.target, where=records.c.target.is_not(None))
partial(
    "ix_records_parent",
    records.c.connection,
    records.c.parent_entity,
    records.c.parent_key,
    where=records.c.parent_key.is_not(None),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Identity, primary_key=True),
    *whose(),
    Column("at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fault", Text),
    Column("target", Text),
    Column("version", Text),
    Column("amount", Exact),
    Column("currency", Text),
    Column("owner", Text, nullable=False),
    Column("flow_run_id", Text),
    Column("detail", Json, nullable=False),
)
"""What every pass made of every record; lines are only ever added."""

Index("ix_ledger_record", ledger.c.connection, ledger.c.entity, ledger.c.key, ledger.c.id)

links = Table(
    "links",
    metadata,
    Column("id", Identity, primary_key=True),
    *whose(),
    Column("target", Name, nullable=False),
    Column("origin", Text, nullable=False),
    Column("bound_at", Moment, nullable=False),
    UniqueConstraint("connection", "entity", "key", "company", name="uq_links_key"),
)
"""The crosswalk: a record's key and its number in the other system; several keys may share one number."""

Index("ix_links_target", links.c.connection, links.c.entity, links.c.target)

demand = Table(
    "demand",
    metadata,
    *whose(),
    Column("line", Name, nullable=False),
    Column("sku", Name, nullable=False),
    Column("location", Name, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("version", Text),
    Column("taken_at", Moment, nullable=False),
    PrimaryKeyConstraint("connection", "entity", "key", "line", "company", name="pk_demand"),
    sqlite_with_rowid=False,
)
"""What records take from the target's stock that it does not have yet; `version` is the record's that a line is from.

Rows stand from the transaction that stores an event until the one that settles its record, so the table is as small as
what is under way. `location` is empty for what nobody has routed yet.
"""

Index("ix_demand_sku", demand.c.connection, demand.c.sku)
