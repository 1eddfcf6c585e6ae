"""Batches that are under way in one run: their order, their stages, and who waits for whom."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence

from tandem.entities.declaration import System

Lane = tuple[str, System]
"""An entity and the side that it comes from."""

PACE_SECONDS = 0.08
"""Least time between two claims of a lane that do not fill a batch: a batch costs as much as ten orders, so a few that
come one after the other go better together."""

OVERLAP_SECONDS = 0.25
"""Age of such a batch at which another may start beside it: it waits for the other side, and the processor is free."""


class Ticket:
    """A batch's place among those of its lane: prepared side by side, written in the order of their claims.

    One that stands for itself (a dry run, a record taken alone) waits for nobody.
    """

    def __init__(self, traffic: Traffic | None = None, before: Sequence[Ticket] = ()) -> None:
        self._traffic = traffic
        self._before = before
        self._written = asyncio.Event()
        self._settled = asyncio.Event()
        self.prepared = False
        self.writing = False

    async def turn(self) -> None:
        """Wait until all batches before this one have been written; from then on something may have been sent."""
        self.prepared = True
        self._tell()
        for ticket in self._before:
            await ticket.written()
        self._before = ()
        self.writing = True

    async def written(self) -> None:
        """Wait until the write of this batch is over, however it ended."""
        await self._written.wait()

    async def settled(self) -> None:
        """Wait until this batch is off the line."""
        await self._settled.wait()

    def end_write(self) -> None:
        """The next batch may write."""
        self.prepared = True
        self._before = ()
        self._written.set()
        self._tell()

    def leave(self) -> None:
        """The batch is off the line, settled or given back."""
        self.end_write()
        self._settled.set()
        if self._traffic is not None:
            self._traffic.forget(self)

    def _tell(self) -> None:
        if self._traffic is not None:
            self._traffic.changed.set()


class Traffic:
    """The tickets of one run; `changed` is set whenever there may be room for another batch.

    `adrift` holds the inbox rows of batches that left and could not be given back: nobody prolongs their leases.
    """

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.adrift: set[int] = set()
        self._under_way: defaultdict[Lane, list[Ticket]] = defaultdict(list)
        self._light: dict[Lane, float] = {}

    def enter(self, lane: Lane, *, full: bool = True) -> Ticket:
        """The place behind all batches of the lane so far; `full` if more may wait than the batch could take."""
        if full:
            self._light.pop(lane, None)
        else:
            self._light[lane] = time.monotonic()
        ticket = Ticket(self, tuple(self._under_way[lane]))
        self._under_way[lane].append(ticket)
        return ticket

    def room(self, lane: Lane, depth: int) -> bool:
        """Whether the lane may take another batch: fewer than `depth` are under way, and none is being prepared.

        Waiting for the one that is being prepared costs nothing, because both would need the processor, and lets the
        next batch take all that comes meanwhile.
        """
        tickets = self._under_way[lane]
        if len(tickets) >= depth or not all(ticket.prepared for ticket in tickets):
            return False
        pause = OVERLAP_SECONDS if tickets else PACE_SECONDS
        return lane not in self._light or time.monotonic() - self._light[lane] >= pause

    async def quiet(self, entity: str) -> None:
        """Wait until the batches of an entity that are under way now are off the line."""
        for ticket in [t for lane, tickets in self._under_way.items() if lane[0] == entity for t in tickets]:
            await ticket.settled()

    @property
    def busy(self) -> bool:
        """Whether any batch is under way."""
        return any(self._under_way.values())

    def forget(self, ticket: Ticket) -> None:
        """A batch has left; asked for twice does no harm."""
        for tickets in self._under_way.values():
            if ticket in tickets:
                tickets.remove(ticket)
        self.changed.set()
