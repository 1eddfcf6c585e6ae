"""When a world is at rest, and what is known to be still meanwhile."""

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tandem.entities import ENTITIES
from tandem.store.tables import queue
from tandem.values import utc_now
from tests.simulation.deployments import Deployment

PATIENCE = 8 * 86_400.0
"""Virtual seconds after the last trouble in which everything must have come to rest."""


class Stillness:
    """`changes` counts what was committed in company and shop, `writes` what was in the store.

    `swept` is what each kind of sweep has seen of the changes.
    """

    def __init__(self, world: Any) -> None:
        self._world = world
        self.changes: Counter[str] = Counter()
        self.writes = 0
        self.swept: dict[str, dict[str, int]] = {}
        self._empty: dict[Any, tuple[int, datetime | None]] = {}

    def seen_by(self, of: Deployment) -> dict[str, int]:
        """How much has changed by now where a sweep looks."""
        return {whose: self.changes[whose] for whose in of.swept(self._kept())}

    def _kept(self) -> set[str]:
        """The entities whose records somebody changes this week; runs of the others drain what waits, and no more."""
        watching = self._world.watching
        kinds = watching.kinds if watching else ""
        return {entity for entity in ENTITIES if entity not in ("stock", "product") or entity in kinds}

    def quiet(self, of: Deployment) -> bool:
        """Whether a sweep could find nothing: all is as the last whole one saw it, and nothing is due."""
        if self.swept.get(of.name) != self.seen_by(of):
            return False
        world = self._world
        return not world.store.inbox.due(world.settings.connection, of.module.LINES, now=utc_now())

    def _unseen(self) -> list[str]:
        """The sweeps that could find something."""
        return [of.name for of in self._world.conductor.deployed.values() if of.every and not self.quiet(of)]

    def nothing_due(self, lanes: Any, now: datetime) -> bool:
        """Whether it is known that nothing is due: nobody has written since, and no time has come."""
        writes, until = self._empty.get(lanes, (-1, None))
        return writes == self.writes and (until is None or now < until)

    def remember(self, lanes: Any, until: datetime | None) -> None:
        """Nothing is due before this time unless somebody writes."""
        self._empty[lanes] = (self.writes, until)

    def next_due(self, now: datetime) -> datetime | None:
        """When the next key in the queue is due."""
        soonest = sa.select(sa.func.min(queue.c.available_at)).where(queue.c.available_at > now)
        found: datetime | None = self._world.store.database.read(lambda tx: tx.execute(soonest).scalar())
        return found

    async def come(self) -> None:
        """Until nothing waits any more, or the patience is at its end."""
        world, loop = self._world, asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while loop.time() < end:
            await asyncio.sleep(600)
            quiet = world.conductor.idle and not world.messenger.under_way and not self._waiting()
            if quiet and self._noticed() and not self._unseen():
                return
        up = [run.name for run in world.conductor.runs if run.up]
        world.fail(
            f"it did not come to rest: runs {up}, {world.messenger.under_way} webhooks under way, "
            f"{self._waiting()} keys waiting, all noticed: {self._noticed()}, not swept by {self._unseen()}"
        )

    def _noticed(self) -> bool:
        """Whether the watcher, where there is one, has told everything."""
        return self._world.watching is None or bool(self._world.watching.idle)

    def _waiting(self) -> int:
        """Keys that are in the queue, due or not."""
        rows = sa.select(sa.func.count()).select_from(queue)
        return int(self._world.store.database.read(lambda tx: tx.execute(rows).scalar_one()))
