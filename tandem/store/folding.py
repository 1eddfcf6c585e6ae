"""All that waits for one record, folded into one message."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.entities.cargo import APPROVED, Message
from tandem.entities.declaration import System
from tandem.store.freshness import newest, telling
from tandem.store.tables import inbox, queue
from tandem.store.whose import AnyRow
from tandem.values import loads

_EVENT = (
    *(inbox.c[name] for name in ("id", "company", "key", "event_type", "received_at", "version")),
    *(sa.type_coerce(inbox.c[name], sa.Text).label(name) for name in ("body", "edited")),
)
"""Documents come as text: of all that is folded into one message, one body is needed."""


class Lane(NamedTuple):
    """What a drain takes from: one entity from one side over one connection, or only some keys of it.

    `behind` chooses what goes behind live traffic (a backfill) or what does not; None takes either.
    """

    connection: str
    entity: str
    source: str
    keys: tuple[str, ...] | None = None
    behind: bool | None = None

    def rows(self) -> ColumnElement[bool]:
        """The queue rows of the lane."""
        lane = sa.and_(
            queue.c.connection == self.connection,
            queue.c.entity == self.entity,
            queue.c.source == self.source,
        )
        if self.behind is not None:
            lane &= queue.c.rank > 0 if self.behind else queue.c.rank <= 0
        return lane if self.keys is None else lane & queue.c.key.in_(self.keys)


def open_events(tx: Connection, lane: Lane, keys: list[str]) -> dict[tuple[str, str], list[AnyRow]]:
    """The open events of these keys by company and key, the oldest first."""
    found = tx.execute(
        sa.select(*_EVENT)
        .where(
            inbox.c.connection == lane.connection,
            inbox.c.entity == lane.entity,
            inbox.c.source == lane.source,
            inbox.c.key.in_(keys),
            inbox.c.settled_at.is_(None),
        )
        .order_by(inbox.c.received_at, inbox.c.id)
    )
    events: defaultdict[tuple[str, str], list[AnyRow]] = defaultdict(list)
    for row in found:
        events[row.company, row.key].append(row)
    return events


def fold(lane: Lane, row: AnyRow, events: list[AnyRow]) -> Message:
    """One message of a queue row and its events."""
    last = events[-1]
    said = telling(lane.entity, lane.source, [event.event_type for event in events])
    heard = [event for event in events if event.event_type == said] if said == APPROVED else events
    bodies = [event.body for event in heard if event.body is not None]
    edits = [event.edited for event in events if event.edited is not None]
    return Message(
        ids=tuple(event.id for event in events),
        connection=lane.connection,
        company=row.company,
        entity=lane.entity,
        source=System(lane.source),
        key=row.key,
        event_type=said,
        received_at=last.received_at,
        first_received_at=events[0].received_at,
        version=None if any(event.version is None for event in events) else newest(e.version for e in events),
        body=loads(bodies[-1]) if bodies else None,
        attempts=row.attempts,
        cuts=row.cuts,
        edited=loads(edits[-1]) if edits else None,
    )
