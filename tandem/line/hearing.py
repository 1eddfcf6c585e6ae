"""Hears what a side has not told yet: its newest changes, stored with their content before anything counts on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tandem.entities.declaration import Entity, Route, at
from tandem.line import gather
from tandem.line.connection import Connection
from tandem.rules import judge
from tandem.store.heralds import told
from tandem.values import utc_now
from tandem.versions import is_older

OVERLAP = timedelta(minutes=1)
"""Longer than a transaction over there may take: it commits under the stamp that it began with, behind the mark by
then. What is listed again is stored no second time."""


async def hear(line: Connection, entity: Entity, route: Route) -> int:
    """Store what changed of late and no event with its content has told of; gives how many were new.

    The mark is one of its own: the sweep has its own times, and judges by its own mark what was never announced. As
    there, a stamp of the far future does not move it.

    Raises:
        Unavailable: a page could not be read; the mark stands at the last page that is stored.
    """
    connector = line.connectors[route.source]
    name = f"heard:{entity.name}:{route.source}"
    mark = line.store.cursors.get(line.name, name) or line.store.cursors.get(line.name, f"{entity.name}:{route.source}")
    since = mark.time - OVERLAP if mark else line.settings.sweep_from or utc_now() - gather.SWEEP_OVERLAP
    new = 0
    async for page in connector.changed(route.read, since=since):
        new += _store(line, entity, route, page)
        newest = gather.newest_of(connector, route, page)
        if newest and (mark is None or newest.time > mark.time):
            line.store.cursors.set(line.name, name, newest)
            mark = newest
    return new


def _store(line: Connection, entity: Entity, route: Route, page: Sequence[dict[str, Any]]) -> int:
    events = gather.events_of(line, entity, route, page, origin="heard")
    known = told(line.store.database, line.name, entity.name, [event.key for event in events if event.key])
    unheard = [
        replace(event, body=record)
        for event, record in zip(events, page, strict=True)
        if not _known(judge.version_of(at(record, route.version)), known.get(event.key or "", ()))
    ]
    return line.store.inbox.put(unheard).stored if unheard else 0


def _known(version: str | None, versions: Sequence[str | None]) -> bool:
    """Whether this state, or a later one, has been told."""
    return any(version is not None and one is not None and not is_older(one, version) for one in versions)
