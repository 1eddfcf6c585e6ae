"""Which events told of a record, as opposed to polls and backfills that found it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from tandem.entities.declaration import System
from tandem.store.database import Database
from tandem.store.tables import inbox
from tandem.store.whose import MOST

Call = tuple[str | None, datetime]
"""The version that an event named, and when it came."""


def heard(
    database: Database, connection: str, entity: str, types: Collection[str], keys: Iterable[str]
) -> dict[str, list[Call]]:
    """The events of these types about each key."""
    wanted = sorted(set(keys))
    found: defaultdict[str, list[Call]] = defaultdict(list)
    asked = sa.select(inbox.c.key, inbox.c.version, inbox.c.received_at).where(
        inbox.c.connection == connection, inbox.c.entity == entity, inbox.c.event_type.in_(sorted(types))
    )
    for start in range(0, len(wanted), MOST):
        some = asked.where(inbox.c.key.in_(wanted[start : start + MOST]))
        for row in database.read(lambda tx, some=some: tx.execute(some).all()):  # type: ignore[misc]
            found[row.key].append((row.version, row.received_at))
    return dict(found)


def told(database: Database, connection: str, entity: str, keys: Iterable[str]) -> dict[str, list[str | None]]:
    """The versions of each key whose content an event has brought."""
    wanted = sorted(set(keys))
    found: defaultdict[str, list[str | None]] = defaultdict(list)
    asked = sa.select(inbox.c.key, inbox.c.version).where(
        inbox.c.connection == connection, inbox.c.entity == entity, inbox.c.body.is_not(None)
    )
    for start in range(0, len(wanted), MOST):
        some = asked.where(inbox.c.key.in_(wanted[start : start + MOST]))
        for row in database.read(lambda tx, some=some: tx.execute(some).all()):  # type: ignore[misc]
            found[row.key].append(row.version)
    return dict(found)


def last_heard(database: Database, connection: str, source: System, types: Collection[str]) -> datetime | None:
    """When the last event of these types came from a system; None if none ever did."""
    asked = sa.select(inbox.c.received_at).where(
        inbox.c.connection == connection, inbox.c.source == str(source), inbox.c.event_type.in_(sorted(types))
    )
    newest = asked.order_by(inbox.c.id.desc()).limit(1)
    return database.read(lambda tx: tx.execute(newest).scalar())
