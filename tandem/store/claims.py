"""Who works on which key: claims by lease, in order, a key never in two hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.entities.cargo import Message
from tandem.store.database import Database
from tandem.store.folding import Lane, fold, open_events
from tandem.store.tables import inbox, queue
from tandem.store.whose import AnyRow

_READY = queue.c.ready.is_(True)
_LATER = queue.c.ready.is_(False)

_NOW = sa.bindparam("now", type_=queue.c.available_at.type)
_MOST = sa.bindparam("most", type_=sa.Integer)
KEPT = 64
"""Statements that are kept: a drain asks the same ones often, and building one costs more than running it."""

SUSPECT_AFTER, ALONE_AFTER = 2, 5
"""Leases in a row that ran out, after which a record is claimed in a smaller batch, and after which it goes alone.

A quarter, a sixteenth: the one that ends processes is soon found, and after a machine has merely been restarted twice a
full batch does not go through one by one.
"""


class Lease(NamedTuple):
    """Who takes, from when until when."""

    owner: str
    now: datetime
    until: datetime


def claim(database: Database, lane: Lane, lease: Lease, limit: int) -> list[Message]:
    """Up to `limit` keys, each folded into one message; the highest priority first, then the oldest.

    Asks without writing first: a drain that lingers asks often, and on SQLite only one can write.
    """
    if not due(database, [lane], lease.now)[0]:
        return []
    return database.write(lambda tx: _claim(tx, lane, lease, limit))


def _claim(tx: Connection, lane: Lane, lease: Lease, limit: int) -> list[Message]:
    _make_ready(tx, lane, lease.now, at_most=max(limit, 1000))
    found = tx.execute(_ready(lane), {"most": limit}).all()
    taken = _together(found, limit)
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


def _together(found: Sequence[AnyRow], limit: int) -> Sequence[AnyRow]:
    """What may go in one batch: a record under which process after process ended takes ever fewer others with it."""
    cuts = found[0].cuts if found else 0
    if cuts < SUSPECT_AFTER:
        return [row for row in found if row.cuts < SUSPECT_AFTER]
    most = 1 if cuts >= ALONE_AFTER else max(1, limit >> 2 * (cuts - SUSPECT_AFTER + 1))
    return [row for row in found if SUSPECT_AFTER <= row.cuts <= cuts][:most]


def _make_ready(tx: Connection, lane: Lane, now: datetime, *, at_most: int) -> None:
    """What was postponed or leased until now may be taken again; a pass that was cut off counts as an attempt."""
    late = tx.execute(_overdue(lane), {"now": now, "most": at_most}).scalars()
    cut_off = sa.case((queue.c.lease_owner.is_not(None), 1), else_=0)
    _free(tx, list(late), now, attempts=queue.c.attempts + cut_off, cuts=queue.c.cuts + cut_off)


@lru_cache(maxsize=KEPT)
def _ready(lane: Lane) -> sa.Select[Any]:
    """What may be taken now, in the order in which it goes."""
    return (
        sa.select(*(queue.c[name] for name in ("id", "company", "key", "attempts", "cuts")))
        .where(lane.rows(), _READY)
        .order_by(queue.c.rank, queue.c.received_at, queue.c.place)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )


@lru_cache(maxsize=KEPT)
def _overdue(lane: Lane) -> sa.Select[tuple[int]]:
    """What was postponed or leased until now."""
    return (
        sa.select(queue.c.id)
        .where(lane.rows(), _LATER, queue.c.available_at <= _NOW)
        .order_by(queue.c.available_at)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )


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


def extend(database: Database, owner: str, ids: Sequence[int], until: datetime, now: datetime) -> int:
    """Prolongs leases that are the owner's (of all, those that have not run out); how many keys that are."""
    mine = _held_by(owner, ids) if ids else _held_by(owner, ids) & (queue.c.available_at > now)
    statement = sa.update(queue).where(mine).values(available_at=until)
    return database.write(lambda tx: tx.execute(statement).rowcount)


def release(database: Database, owner: str, ids: Sequence[int], now: datetime, *, attempts: int = 0) -> int:
    """Gives leases back; the keys keep their place, and `attempts` are added to those that they have had."""
    free = {"ready": True, "available_at": now, "lease_owner": None, "attempts": queue.c.attempts + attempts}
    statement = sa.update(queue).where(_held_by(owner, ids)).values(free)
    return database.write(lambda tx: tx.execute(statement).rowcount)


def due(database: Database, lanes: Sequence[Lane], now: datetime) -> list[bool]:
    """Whether a claim would find anything, for each of these lanes; one statement for all."""
    if not lanes:
        return []
    asked = _any(tuple(lanes))
    return [bool(found) for found in database.read(lambda tx: tx.execute(asked, {"now": now}).one())]


@lru_cache(maxsize=KEPT)
def _any(lanes: tuple[Lane, ...]) -> sa.Select[Any]:
    return sa.select(*(_waits(lane).label(f"lane_{n}") for n, lane in enumerate(lanes)))


def _waits(lane: Lane) -> ColumnElement[bool]:
    return sa.or_(
        sa.exists().where(lane.rows(), _READY),
        sa.exists().where(lane.rows(), _LATER, queue.c.available_at <= _NOW),
    )


def waiting(
    database: Database,
    connection: str,
    entity: str | None,
    now: datetime,
    at_most: int | None,
    behind: bool | None = None,
) -> int:
    """Keys that a claim could take now; counts no further than `at_most`."""
    scope = queue.c.connection == connection
    if behind is not None:
        scope &= queue.c.rank > 0 if behind else queue.c.rank <= 0
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
