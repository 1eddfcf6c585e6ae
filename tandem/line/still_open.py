"""Reads again all that hangs on something open, whatever its stamps say.

A change that somebody made at Sage's own screen or by a batch import may carry no stamp, or an old one, and no sweep by
time finds it. So from time to time everything that is still open is listed, and what changed since the last pass, for
that may have closed meanwhile. A state that was stored before has the same event id and costs nothing further.

The cost of a pass over n open orders: a call for each 500 of them and one for each 100 of their shipments.
"""

from __future__ import annotations

from datetime import timedelta

from tandem.entities.declaration import Entity, Route
from tandem.line import gather
from tandem.line.connection import Connection
from tandem.store import Cursor
from tandem.values import utc_now

PAGE = 500
"""Events in one transaction."""


async def look_again(line: Connection, entity: Entity, route: Route) -> int:
    """Store an event for each state that no sweep has seen, if a pass is due; gives how many were new.

    Raises:
        Unavailable: a list could not be read to its end; the pass counts as not made.
    """
    every, how, now = timedelta(minutes=line.settings.open_sweep_minutes), route.still_open, utc_now()
    name = f"open:{entity.name}:{route.source}"
    last = line.store.cursors.get(line.name, name)
    if how is None or not every or (last and now - last.time < every):
        return 0
    connector = line.connectors[route.source]
    owners = {connector.key(how.resource, r) for r in await connector.filtered(how.resource, how.only[0], how.only[1:])}
    if last:
        async for page in connector.changed(how.resource, since=last.time - gather.SWEEP_OVERLAP):
            owners |= {connector.key(how.resource, record) for record in page}
    records = await connector.filtered(route.read, how.by, sorted(owners))
    new = 0
    for start in range(0, len(records), PAGE):
        events = gather.events_of(line, entity, route, records[start : start + PAGE], origin="poll")
        new += line.store.inbox.put(events).stored
    line.store.cursors.set(line.name, name, Cursor(now))
    return new
