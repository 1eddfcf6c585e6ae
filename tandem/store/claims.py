"""Who works on which key: claims by lease, in order, a key never in two hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.entities.cargo import Message
from tandem.store.database import Database
from tandem.store.folding import Lane, fold, open_events
from tandem.store.tables import inbox, queue

_READY = queue.c.ready.is_(True)
_LATER = queue.c.ready.is_(False)


class Lease(NamedTuple):
    """Who takes, from when until when."""

    owner: str
    now: datetime
    until: datetime


def claim(database: Database, lane: Lane, lease: Lease, limit: int) -> list[Message]:
    """Up to `limit` keys, each folded into one message; the highest priority first, then the oldest.

    Asks without writing first: a drain that lingers asks often, and on SQLite only one can write.
    """
    due = sa.select(
        sa.or_(
            sa.exists().where(lane.rows(), _READY),
            sa.exists().where(lane.rows(), _LATER, queue.c.available_at <= lease.now),
        )
    )
    if not database.read(lambda tx: tx.execute(due).scalar_one()):
        return []
    return database.write(lambda tx: _claim(tx, lane, lease, limit))


def _claim(tx: Connection, lane: Lane, lease: Lease, limit: int) -> list[Message]:
    _make_ready(tx, lane, lease.now, at_most=max(limit, 1000))
    taken = tx.execute(
        sa.select(queue.c.id, queue.c.company, queue.c.key, queue.c.attempts)
        .where(lane.rows(), _READY)
        .order_by(queue.c.rank, queue.c.received_at, queue.c.place)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not taken:
        return []
    leased = {"ready": False, "available_at": lease.until, "lease_owner": lease.owner}
    tx.execute(
        sa.update(queue)
        .where(queue.c.id.in_([row.id for row in taken]))
        .values(**leased, parked_entity=None, parked_key=None)
    )
    events = open_events(tx, lane, [row.key for row in taken])
    idle = [row.id for row in taken if (row.company, row.key) not in events]
    if idle:
        tx.execute(sa.delete(queue).where(queue.c.id.in_(idle)))
    return [fold(lane, row, events[row.company, row.key]) for row in taken if row.id not in idle]


def _make_ready(tx: Connection, lane: Lane, now: datetime, *, at_most: int) -> None:
    """What was postponed or leased until now may be taken again; a pass that was cut off counts as an attempt."""
    due = tx.execute(
        sa.select(queue.c.id)
        .where(lane.rows(), _LATER, queue.c.available_at <= now)
        .order_by(queue.c.available_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    ).scalars()
    cut_off = sa.case((queue.c.lease_owner.is_not(None), 1), else_=0)
    _free(tx, list(due), now, attempts=queue.c.attempts + cut_off)


def _free(tx: Connection, ids: Sequence[int], now: datetime, **change: object) -> None:
    if ids:
        free = {"ready": True, "available_at": now, "lease_owner": None, **change}
        tx.execute(sa.update(queue).where(queue.c.id.in_(ids)).values(free))


def _held_by(owner: str, ids: Sequence[int]) -> ColumnElement[bool]:
    mine = queue.c.lease_owner == owner
    if not ids:
        return mine
    return mine & sa.exists().where(
        inbox.c.id.in_(ids),
        inbox.c.settled_at.is_(None),
        *(inbox.c[name] == queue.c[name] for name in ("connection", "company", "entity", "source", "key")),
    )


def extend(database: Database, owner: str, ids: Sequence[int], until: datetime) -> int:
    """Prolongs leases that are still the owner's; how many keys that are."""
    statement = sa.update(queue).where(_held_by(owner, ids)).values(available_at=until)
    return database.write(lambda tx: tx.execute(statement).rowcount)


def release(database: Database, owner: str, ids: Sequence[int], now: datetime) -> int:
    """Gives leases back unused; the keys keep their place."""
    statement = sa.update(queue).where(_held_by(owner, ids)).values(ready=True, available_at=now, lease_owner=None)
    return database.write(lambda tx: tx.execute(statement).rowcount)


def waiting(database: Database, connection: str, entity: str | None, now: datetime, at_most: int | None) -> int:
    """Keys that a claim could take now; counts no further than `at_most`."""
    scope = queue.c.connection == connection
    if entity is not None:
        scope &= queue.c.entity == entity
    free = sa.or_(_READY, sa.and_(_LATER, queue.c.available_at <= now))
    some = sa.select(queue.c.id).where(scope, free).limit(at_most).subquery()
    return database.read(lambda tx: tx.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def wake(tx: Connection, connection: str, parent_entity: str, keys: Sequence[str], now: datetime) -> int:
    """Makes the records that are parked on these parents due; a row that somebody holds now is being seen to."""
    if not keys:
        return 0
    parked = tx.execute(
        sa.select(queue.c.id)
        .where(
            queue.c.connection == connection,
            queue.c.parked_entity == parent_entity,
            queue.c.parked_key.in_(keys),
            queue.c.parked_key.is_not(None),
            queue.c.lease_owner.is_(None),
        )
        .with_for_update(skip_locked=True)
    ).scalars()
    ids = list(parked)
    _free(tx, ids, now)
    return len(ids)
