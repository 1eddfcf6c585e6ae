"""Puts into the inbox what no event announced: the sweep under the webhooks, and the backfill of a range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tandem.entities.declaration import Entity, Route
from tandem.line.connection import Connection
from tandem.rules import judge
from tandem.store import Cursor, Event
from tandem.values import content_hash, utc_now

SWEEP_OVERLAP = timedelta(minutes=65)
"""More than the hour that comes twice in autumn, because stamps of the company are local times."""

LIVE_OVERLAP = timedelta(seconds=5)
"""Stamps have whole seconds: a change in the second of the mark may have come after the page was read."""

BACKFILL_PRIORITY = -1
"""Live traffic goes first."""


async def sweep(line: Connection, entity: Entity, route: Route, *, overlap: timedelta) -> int:
    """Store an event for all that its owner changed since the mark, and only then advance the mark.

    Returns how many were new. The mark is the owner's own time, so our clock does not matter.

    Raises:
        Unavailable: a page could not be read; the mark stands at the last page that is stored.
    """
    connector = line.connectors[route.source]
    name = f"{entity.name}:{route.source}"
    mark = line.store.cursors.get(line.name, name)
    since = mark.time - overlap if mark else line.settings.sweep_from or utc_now() - overlap
    new = 0
    async for page in connector.changed(route.read, since=since):
        new += line.store.inbox.put(_events(line, entity, route, page, origin="poll")).stored
        last = page[-1]
        newest = Cursor(time=connector.stamp(route.read, last), id=connector.key(route.read, last))
        if mark is None or newest.time >= mark.time:
            line.store.cursors.set(line.name, name, newest)
            mark = newest
    return new


async def backfill(
    line: Connection,
    entity: Entity,
    route: Route,
    *,
    run: str,
    since: datetime | None,
    until: datetime | None,
    keys: Sequence[str],
) -> int:
    """Store an event for each record of a range or a list, behind all live traffic; gives how many were new."""
    if keys:
        events = [
            _event(line, entity, route, key, event_id=f"backfill:{run}:{entity.name}:{key}", version=None)
            for key in keys
        ]
        return line.store.inbox.put(events).stored
    new = 0
    async for page in line.connectors[route.source].changed(route.read, since=since, until=until, by="created"):
        new += line.store.inbox.put(_events(line, entity, route, page, origin=f"backfill:{run}")).stored
    return new


def _events(
    line: Connection, entity: Entity, route: Route, records: Iterable[dict[str, Any]], *, origin: str
) -> list[Event]:
    connector = line.connectors[route.source]
    events = []
    for record in records:
        key = connector.key(route.read, record)
        stamp = connector.stamp(route.read, record).isoformat()
        event_id = f"{origin}:{entity.name}:{key}:{stamp}:{content_hash(record)[:16]}"
        version = judge.version_of(record.get(route.version))
        events.append(_event(line, entity, route, key, event_id=event_id, version=version))
    return events


def _event(line: Connection, entity: Entity, route: Route, key: str, *, event_id: str, version: str | None) -> Event:
    return Event(
        connection=line.name,
        company=line.company,
        source=route.source,
        event_id=event_id,
        event_type=f"{entity.name}.{event_id.split(':', 1)[0]}",
        entity=entity.name,
        key=key,
        version=version,
        body=None,
        received_at=utc_now(),
        priority=BACKFILL_PRIORITY if event_id.startswith("backfill:") else 0,
    )
