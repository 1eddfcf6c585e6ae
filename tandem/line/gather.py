"""Puts into the inbox what no event announced: the sweep under the webhooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tandem.connectors.protocol import Connector
from tandem.entities.declaration import Entity, Route
from tandem.line import demand, drift
from tandem.line.connection import Connection
from tandem.rules import judge
from tandem.store import Cursor, Event
from tandem.values import content_hash, utc_now

SWEEP_OVERLAP = timedelta(minutes=65)
"""More than the hour that comes twice in autumn, because stamps of the company are local times."""

LIVE_OVERLAP = timedelta(seconds=5)
"""Stamps have whole seconds: a change in the second of the mark may have come after the page was read."""

PAGE = 500
"""Events in one transaction."""

FAR_AHEAD = timedelta(days=1)
"""Further ahead no clock is that is merely off: a workstation has stamped a wrong date, and a mark there would hide all
that is changed until then. Such a record is listed again each time, and stored once."""

BACKFILL_PRIORITY = -1
"""Live traffic goes first."""


async def sweep(line: Connection, entity: Entity, route: Route, *, overlap: timedelta) -> int:
    """Store an event for all that its owner changed since the mark, and only then advance the mark.

    Returns how many were new. The mark is the owner's own time, so our clock does not matter; a stamp of the far future
    does not move it.

    Raises:
        Unavailable: a page could not be read; the mark stands at the last page that is stored.
    """
    connector = line.connectors[route.source]
    name = f"{entity.name}:{route.source}"
    mark = line.store.cursors.get(line.name, name)
    since = mark.time - overlap if mark else line.settings.sweep_from or utc_now() - overlap
    watch = drift.watch(line, entity, route, mark)
    if mark and watch:
        since = min(since, watch.since)
    new = 0
    async for page in connector.changed(route.read, since=since):
        new += line.store.inbox.put(events_of(line, entity, route, page, origin="poll")).stored
        newest = newest_of(connector, route, page)
        if newest and (mark is None or newest.time >= mark.time):
            line.store.cursors.set(line.name, name, newest)
            mark = newest
        if watch:
            watch.look(page)
    if watch:
        watch.over()
    return new


def newest_of(connector: Connector, route: Route, page: Sequence[dict[str, Any]]) -> Cursor | None:
    """Where the mark may go behind a page, oldest change first; None if all of it is stamped in the far future."""
    latest = utc_now() + FAR_AHEAD
    for record in reversed(page):
        if (stamp := connector.stamp(route.read, record)) <= latest:
            return Cursor(time=stamp, id=connector.key(route.read, record))
    return None


def events_of(
    line: Connection, entity: Entity, route: Route, records: Iterable[dict[str, Any]], *, origin: str
) -> list[Event]:
    """Word of each record; its id says where it comes from, which record it is and in which state."""
    connector = line.connectors[route.source]
    events = []
    for record in records:
        key = connector.key(route.read, record)
        stamp = connector.stamp(route.read, record).isoformat()
        event_id = f"{origin}:{entity.name}:{key}:{stamp}:{content_hash(record)[:16]}"
        version = judge.version_of(record.get(route.version))
        event = event_of(line, entity, route, key, event_id=event_id, version=version)
        events.append(replace(event, needs=demand.needed(line, route, record)) if route.takes else event)
    return events


def event_of(line: Connection, entity: Entity, route: Route, key: str, *, event_id: str, version: str | None) -> Event:
    """Word of one record under an id; what a backfill announces goes behind live traffic."""
    return Event(
        connection=line.name,
        company=line.company,
        source=route.source,
        event_id=event_id,
        event_type=f"{entity.name}.{event_id.split(':', 1)[0]}",
        entity=entity.name,
        key=route.kept(key),
        version=version,
        body=None,
        received_at=utc_now(),
        priority=BACKFILL_PRIORITY if event_id.startswith("backfill:") else 0,
    )
