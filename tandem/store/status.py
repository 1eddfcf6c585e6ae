"""The whole at a glance, at the same cost however much the store holds."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.entities.state import State
from tandem.store.database import Database
from tandem.store.desk import alerts, counters, letters, tallies
from tandem.store.model import Drain, Status
from tandem.store.registers import Drains
from tandem.store.tables import queue


def status(database: Database, now: datetime) -> Status:
    """Counts, what waits and since when; one reading, so that the figures agree."""
    drains = tuple(Drains(database).up(now))
    return database.read(lambda tx: _status(tx, now, drains))


def _status(tx: Connection, now: datetime, drains: tuple[Drain, ...]) -> Status:
    oldest = tx.execute(sa.select(sa.func.min(queue.c.received_at)).where(_due(now))).scalar()
    leased = sa.select(sa.func.count()).where(queue.c.lease_owner.is_not(None), queue.c.available_at > now)
    later = sa.select(sa.func.count()).where(queue.c.lease_owner.is_(None), ~_due(now))
    return Status(
        at=now,
        counts=_counts(tx),
        waiting=_waiting(tx, now),
        leased=tx.execute(leased).scalar_one(),
        postponed=tx.execute(later).scalar_one(),
        oldest_waiting=oldest,
        lag_seconds=max((now - oldest).total_seconds(), 0.0) if oldest else 0.0,
        open_letters=_number(tx, letters.c.closed_at.is_(None)),
        unsent_alerts=_number(tx, alerts.c.sent_at.is_(None)),
        counters=_counters(tx),
        drains=drains,
    )


def _due(now: datetime) -> ColumnElement[bool]:
    return sa.or_(queue.c.ready.is_(True), sa.and_(queue.c.ready.is_(False), queue.c.available_at <= now))


def _number(tx: Connection, condition: ColumnElement[bool]) -> int:
    return tx.execute(sa.select(sa.func.count()).where(condition)).scalar_one()


def _counts(tx: Connection) -> dict[str, dict[str, dict[State, int]]]:
    total = sa.func.sum(tallies.c.n)
    asked = sa.select(tallies.c.connection, tallies.c.entity, tallies.c.state, total.label("n"))
    asked = asked.group_by(tallies.c.connection, tallies.c.entity, tallies.c.state).having(total != 0)
    counts: defaultdict[str, defaultdict[str, dict[State, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in tx.execute(asked.order_by(tallies.c.connection, tallies.c.entity, tallies.c.state)):
        counts[row.connection][row.entity][State(row.state)] = int(row.n)
    return {connection: dict(entities) for connection, entities in counts.items()}


def _waiting(tx: Connection, now: datetime) -> dict[str, dict[str, int]]:
    asked = sa.select(queue.c.connection, queue.c.entity, sa.func.count().label("n")).where(_due(now))
    waiting: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in tx.execute(asked.group_by(queue.c.connection, queue.c.entity)):
        waiting[row.connection][row.entity] = row.n
    return dict(waiting)


def _counters(tx: Connection) -> dict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in tx.execute(sa.select(counters).order_by(counters.c.connection, counters.c.name)):
        found[row.connection][row.name] = row.n
    return dict(found)
