"""Asks for drains of what waits and nobody takes: settling one record has word for the drains of others."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from tandem import dispatch
from tandem.entities import ENTITIES
from tandem.errors import SettingsError, StoreUnavailable, Unavailable
from tandem.line import outage
from tandem.line.traffic import Lane
from tandem.store import Store
from tandem.values import utc_now

log = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds between two wishes of one run: a run needs about that long to come up, and one is enough."""

IN_VAIN = 60.0
"""Seconds until the next wish after one that nobody could take."""


def untended(store: Store, connection: str) -> set[str]:
    """Entities of which something could be taken now, that no drain takes; none that a side that is away holds up.

    What no event wakes is drained by its own schedule and is not among them.
    """
    now = utc_now()
    tended = frozenset[str]().union(*(drain.entities for drain in store.drains.up(now, connection)))
    shut = {pause.system for pause in store.pauses.standing(connection) if pause.until > now}
    lanes: Sequence[Lane] = [
        (entity.name, route.source)
        for entity in ENTITIES.values()
        for route in entity.routes
        if entity.name not in tended and route.events and shut.isdisjoint(outage.systems(route))
    ]
    return {entity for entity, _ in store.inbox.due(connection, lanes, now=now, behind=False)} if lanes else set()


async def rouse(store: Store, connection: str) -> set[str]:
    """Ask for the drains that are wanted; gives the entities that they are wanted for.

    Raises:
        Unavailable: Prefect does not answer; the next sweep takes what waits.
        SettingsError: Prefect does not know the deployment.
        StoreUnavailable: the store cannot be asked.
    """
    wanted = untended(store, connection)
    if wanted:
        await dispatch.wake(wanted)
    return wanted


class Rousing:
    """The wishes of one run: now and then, and seldom where nobody can take them."""

    def __init__(self) -> None:
        self._next = float("-inf")

    async def look(self, store: Store, connection: str) -> None:
        """Ask for what is wanted, if it is time for that; a run goes on without those that it asked for."""
        if time.monotonic() < self._next:
            return
        pause = PAUSE
        try:
            await rouse(store, connection)
        except (Unavailable, SettingsError, StoreUnavailable) as error:
            log.warning("no drain could be asked for: %s; the next sweep takes what waits", error)
            pause = IN_VAIN
        self._next = time.monotonic() + pause
