"""The tables of our manners: who is left in peace until when, who is called how often, what goes behind the rest."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, PrimaryKeyConstraint, Table, Text

from tandem.store.columns import Identity, Json, Moment, Name
from tandem.store.schema import metadata

pauses = Table(
    "pauses",
    metadata,
    Column("connection", Name, nullable=False),
    Column("system", Name, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fault", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("outages", Integer, nullable=False),
    Column("prober", Name),
    Column("told", Boolean, nullable=False),
    Column("ended_at", Moment),
    PrimaryKeyConstraint("connection", "system", name="pk_pauses"),
)
"""A side that is away, or asked for a pause: one row for all drains. `ended_at` is NULL while it stands; the row stays
as the memory of the last outage, with `outages` to count them."""

budgets = Table(
    "budgets",
    metadata,
    Column("connection", Name, nullable=False),
    Column("system", Name, nullable=False),
    Column("arrival", BigInteger, nullable=False),
    PrimaryKeyConstraint("connection", "system", name="pk_budgets"),
)
"""The theoretical arrival time of the next call (GCRA) in microseconds since 1970, shared by all drains."""

backfills = Table(
    "backfills",
    metadata,
    Column("connection", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("entity", Name, nullable=False),
    Column("chosen", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("mark", Text),
    Column("stored", Identity, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    PrimaryKeyConstraint("connection", "name", name="pk_backfills"),
)
"""Backfills by name, with the mark up to which all that was chosen is stored; `round` rises when one is begun anew."""
