"""A backfill: what was chosen goes into the inbox page by page, behind all live traffic, from the mark on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

from tandem.entities.declaration import Entity, Route, System
from tandem.line import gather
from tandem.line.connection import Connection
from tandem.store.backfills import Backfill, Progress
from tandem.values import content_hash, utc_now

KEYS = 500
"""Numbers of a list that are stored at once."""

SLICE, WIDEST = timedelta(days=1), timedelta(days=32)
"""A range goes slice by slice, so that one that is cut off need not begin at its beginning; empty ones grow."""

BY_CREATION = frozenset({System.CLARITY})
"""Sides whose lists can be had in the order of creation; others are read as a whole, and what is stored stays."""


def choose(
    entity: str, since: datetime | None = None, until: datetime | None = None, ids: tuple[str, ...] = ()
) -> tuple[str, dict[str, Any]]:
    """The name under which a backfill of this choice is known, and the choice as the register keeps it."""
    chosen = {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "ids": list(ids),
    }
    return f"{entity}-{content_hash(chosen)[:8]}", chosen


async def select(line: Connection, entity: Entity, route: Route, job: Backfill) -> AsyncIterator[Progress]:
    """Store word of what was chosen and is not stored yet; after each page, where the backfill stands by now.

    The mark moves only over what is stored, and a record that was stored in this round is not stored again.

    Raises:
        Unavailable: a page could not be read; what was stored so far stays.
    """
    origin = f"backfill:{job.name}.{job.round}"
    if job.chosen["ids"]:
        for stored, mark in _keys(line, entity, route, job, origin):
            yield line.store.backfills.advance(job, mark=mark, stored=stored, now=utc_now())
        return
    low, until = _moment(job.mark or job.chosen["since"]), _moment(job.chosen["until"]) or job.started_at
    step = SLICE
    while low is None or low < until:
        cut = low is not None and route.source in BY_CREATION
        high = min(low + step, until) if low is not None and cut else until
        found = False
        async for page in line.connectors[route.source].changed(route.read, since=low, until=high, by="created"):
            found = True
            stored = line.store.inbox.put(gather.events_of(line, entity, route, page, origin=origin)).stored
            yield line.store.backfills.advance(job, mark=None, stored=stored, now=utc_now())
        yield line.store.backfills.advance(job, mark=high.isoformat(), stored=0, now=utc_now())
        low, step = high, SLICE if found else min(step * 2, WIDEST)


def _keys(line: Connection, entity: Entity, route: Route, job: Backfill, origin: str) -> Iterator[tuple[int, str]]:
    """Stores the listed numbers in their order; how many were new, and the mark behind them."""
    keys = job.chosen["ids"]
    for start in range(int(job.mark or 0), len(keys), KEYS):
        events = [
            gather.event_of(line, entity, route, key, event_id=f"{origin}:{entity.name}:{key}", version=None)
            for key in keys[start : start + KEYS]
        ]
        yield line.store.inbox.put(events).stored, str(start + KEYS)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
