"""Announces what takes effect on a day without anybody touching it: prices that were entered for that day.

A day begins at the shop's midnight. Each look asks for the days since the last one and for today again; what was
announced in the same state before has the same event id and costs nothing further. The cost of a look is a call for
each 100 days, and one for each 500 records that it finds.
"""

from __future__ import annotations

from datetime import date, timedelta

from tandem.entities.declaration import Entity, Route
from tandem.line import gather
from tandem.line.connection import Connection
from tandem.store import Cursor
from tandem.values import content_hash, utc_now

MOST_DAYS = 400
"""How far back a look goes that comes after a long rest; what is older was announced, or comes by backfill."""


async def take_effect(line: Connection, entity: Entity, route: Route) -> int:
    """Store an event for each record that changes by the day alone; gives how many were new.

    Raises:
        Unavailable: the list could not be read to its end; the days count as not looked at.
    """
    if route.dated is None:
        return 0
    now = utc_now()
    name = f"due:{entity.name}:{route.source}"
    last = line.store.cursors.get(line.name, name)
    today = now.astimezone(line.zone).date()
    first = max(last.time.astimezone(line.zone).date() if last else today, today - timedelta(days=MOST_DAYS))
    days = [date.fromordinal(day).isoformat() for day in range(min(first, today).toordinal(), today.toordinal() + 1)]
    connector = line.connectors[route.source]
    records = await connector.filtered(route.read, route.dated, days)
    events = [
        gather.event_of(
            line,
            entity,
            route,
            key := connector.key(route.read, record),
            event_id=f"due:{entity.name}:{key}:{today.isoformat()}:{content_hash(record)[:16]}",
            version=None,
        )
        for record in records
    ]
    stored = sum(
        line.store.inbox.put(events[start : start + gather.PAGE]).stored for start in range(0, len(events), gather.PAGE)
    )
    line.store.cursors.set(line.name, name, Cursor(now))
    return stored
